import { defineConfig } from "vitest/config";

// One browser and one server for all files. A test has a context of its own, so that nothing of another's is left in it;
// the limits are for a busy machine, since every wait ends as soon as the page shows what it waits for.
export default defineConfig({
  test: {
    include: ["*.test.ts"],
    globalSetup: "./support/setup.mjs",
    maxWorkers: 2,
    testTimeout: 300_000,
    hookTimeout: 60_000,
  },
});
