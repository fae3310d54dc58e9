// How the stage looks. Each class is one fact; colours of terms come from the group's hue.

import { css } from "lit";

export const stageStyle = css`
  :host {
    display: block;
    position: relative;
    min-height: 0;
  }
  .box {
    position: absolute;
    inset: 0;
  }
  svg,
  canvas {
    position: absolute;
    left: 0;
    top: 0;
  }
  canvas {
    width: 100%;
    height: 100%;
    pointer-events: none;
  }
  svg {
    display: block;
    width: 100%;
    height: 100%;
    touch-action: pan-y;
    cursor: crosshair;
    user-select: none;
  }
  text {
    fill: var(--ink);
    font-family: inherit;
  }
  text.soft,
  .soft {
    fill: var(--soft);
  }
  text.bold {
    font-weight: 700;
  }
  text.mono {
    font-family: var(--mono);
  }
  [role="button"] {
    cursor: pointer;
    outline: none;
  }

  .server .body {
    fill: var(--fill);
    stroke: var(--edge);
    stroke-width: 2;
  }
  .server .durable {
    fill: #000;
    fill-opacity: 0.2;
  }
  .server .name,
  .server .role,
  .server .disk {
    fill: var(--on);
    text-anchor: middle;
    pointer-events: none;
  }
  .server .name {
    font-weight: 700;
  }
  .server .track,
  .server .timer {
    fill: none;
    stroke-width: 4;
  }
  .server .track {
    stroke: var(--line);
  }
  .server .timer {
    stroke: var(--edge);
    stroke-linecap: round;
  }
  .server .timer.heartbeat {
    stroke-width: 2;
    stroke-dasharray: 2 4;
  }
  .server.leader .body {
    stroke: var(--ink);
    stroke-width: 3;
  }
  .server .crown {
    fill: var(--on);
  }
  .server.candidate .body {
    stroke-dasharray: 5 4;
    fill-opacity: 0.9;
  }
  .server.down .body {
    fill: var(--card);
    stroke: var(--faint);
    stroke-dasharray: 2 5;
  }
  .server.down .durable {
    fill: var(--ink);
    fill-opacity: 0.06;
  }
  .server.down text.name,
  .server.down text.role,
  .server.down text.disk {
    fill: var(--soft);
  }
  .server.paused .body {
    fill-opacity: 0.5;
  }
  .server.paused text.name,
  .server.paused text.role,
  .server.paused text.disk {
    fill: var(--ink);
  }
  .server.paused .timer {
    stroke-opacity: 0.35;
  }
  .server .chord {
    stroke: var(--on);
    stroke-opacity: 0.3;
    stroke-width: 3;
    stroke-linecap: round;
  }
  .server .write {
    stroke: var(--on);
    stroke-width: 3;
    stroke-linecap: round;
  }
  .server .write.stalled {
    stroke-dasharray: 2 6;
  }
  .halo {
    fill: none;
    stroke: none;
    stroke-width: 2;
  }
  .lit .halo {
    stroke: var(--accent);
    stroke-width: 4;
    stroke-opacity: 0.5;
  }
  .selected .halo {
    stroke: var(--accent);
    stroke-dasharray: 3 4;
  }
  [role="button"]:focus-visible .halo {
    stroke: var(--accent);
    stroke-dasharray: none;
    stroke-width: 2.5;
  }
  .term {
    font-size: 12px;
    fill: var(--ink);
  }
  .held,
  .down .term {
    fill: var(--soft);
  }
  .beside {
    pointer-events: none;
    paint-order: stroke;
    stroke: var(--ground);
    stroke-width: 5;
    stroke-linejoin: round;
  }
  .term.held {
    font-size: 11.5px;
  }

  .pip circle {
    fill: var(--ground);
    stroke: var(--ink);
    stroke-width: 1.5;
  }
  .pip path {
    fill: none;
    stroke: var(--ink);
    stroke-width: 1.6;
    stroke-linecap: round;
    stroke-linejoin: round;
  }
  .pip.granted circle {
    fill: var(--ink);
  }
  .pip.granted path {
    stroke: var(--ground);
  }
  .pip.asked circle {
    stroke-opacity: 0.7;
    stroke-dasharray: 2 2;
  }

  .link .reach {
    stroke: transparent;
    stroke-width: 16;
  }
  .link .half {
    stroke: var(--line);
    stroke-width: 1.5;
  }
  .link .half.cut {
    stroke: var(--hold);
    stroke-opacity: 0.55;
    stroke-dasharray: 2 7;
  }
  .link .half.hold {
    stroke: var(--hold);
    stroke-dasharray: 8 5;
  }
  .link:hover .half {
    stroke: var(--faint);
    stroke-width: 2.5;
  }
  .link:focus-visible .half {
    stroke: var(--accent);
    stroke-width: 3;
  }
  .sign-back {
    fill: var(--ground);
  }
  .sign {
    fill: none;
    stroke: var(--hold);
    stroke-width: 1.8;
    stroke-linecap: round;
  }
  .tip {
    position: absolute;
    z-index: 2;
    max-width: min(340px, 80%);
    padding: 7px 10px;
    border-radius: 8px;
    background: var(--card);
    border: 1px solid var(--line);
    box-shadow: 0 4px 16px rgb(0 0 0 / 0.16);
    font-size: 12.5px;
    pointer-events: none;
  }
  .tip span {
    display: block;
    color: var(--soft);
    font-size: 11.5px;
  }
  .partition path,
  .drawing {
    fill: none;
    stroke: var(--hold);
    stroke-width: 2.5;
    stroke-dasharray: 9 6;
    stroke-linecap: round;
    pointer-events: none;
  }
  .partition .grip {
    stroke: transparent;
    stroke-width: 22;
    stroke-dasharray: none;
    pointer-events: stroke;
    cursor: grab;
    touch-action: none;
  }

  .card {
    fill: var(--card);
    stroke: var(--line);
    stroke-width: 1.5;
  }
  [role="button"]:hover .card {
    stroke: var(--faint);
  }
  .selected .card,
  [role="button"]:focus-visible .card {
    stroke: var(--accent);
    stroke-width: 2;
  }
  .lit .card {
    stroke: var(--accent);
    stroke-width: 4;
    stroke-opacity: 0.5;
  }
  .down .card {
    stroke: var(--faint);
    stroke-dasharray: 3 4;
  }
  .down text {
    fill: var(--soft);
  }
  .errand {
    stroke: var(--faint);
    stroke-width: 1.5;
    stroke-dasharray: 4 4;
  }
  .start text {
    fill: var(--accent);
  }

  .tile {
    fill: var(--line);
  }
  .tile.reduce.idle {
    fill: none;
    stroke: var(--faint);
    stroke-width: 1;
  }
  .tile.running {
    fill: var(--fill-4);
  }
  .tile.done {
    fill: var(--fill-2);
  }
  .tile.again > rect:first-of-type {
    stroke: var(--ink);
    stroke-width: 1.8;
  }
  .tile .sign {
    fill: var(--ground);
  }
  .tile .cross {
    stroke: var(--hold);
    stroke-width: 2;
  }

  :host([narrow]) .box {
    position: relative;
    inset: auto;
  }
  .chip {
    position: absolute;
    z-index: 2;
    right: 24px;
    top: 0;
    display: flex;
    gap: 10px;
    align-items: center;
    font-size: 12px;
    color: var(--hold);
    background: var(--ground);
    border-radius: 8px;
    max-width: calc(100% - 48px);
  }
  :host([narrow]) .chip {
    position: static;
    justify-content: space-between;
    margin: 0 14px;
    max-width: none;
  }
`;
