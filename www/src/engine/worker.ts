// The worker: a Host behind Comlink, so that neither a busy simulation nor an endless loop freezes the page.
import { expose } from "comlink";
import { Host } from "./host.js";

expose(new Host());
