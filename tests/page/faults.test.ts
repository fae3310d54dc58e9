// Everything that can be done to a cluster, from the page: with a mouse, with keys alone, and with a finger. Each deed is known
// by the sentence that the page then tells.

import type { Locator, Page } from "playwright-core";
import { expect } from "vitest";
import { Lab, until } from "./support/lab.js";
import { test } from "./support/visit.js";

/** How a person works the controls. */
interface Hand {
  readonly name: string;
  press(control: Locator): Promise<void>;
  /** Chooses from a list. */
  choose(list: Locator, option: string): Promise<void>;
}

const HANDS: readonly (Hand & { visitor: object })[] = [
  {
    name: "a mouse",
    visitor: {},
    press: (control) => control.click(),
    choose: async (list, option) => void (await list.selectOption({ label: option })),
  },
  {
    name: "keys alone",
    visitor: {},
    press: async (control) => {
      await control.focus();
      await control.page().keyboard.press("Enter");
    },
    choose: async (list, option) => {
      await list.focus();
      // As one types the beginning of what one wants.
      await list.page().keyboard.type(option.replace(/[^\x20-\x7e].*/, ""), { delay: 20 });
      await list.evaluate((one) => (one as HTMLElement).blur());
    },
  },
  {
    name: "a finger",
    visitor: { size: "phone", hasTouch: true, isMobile: true },
    press: (control) => control.tap(),
    choose: async (list, option) => {
      await list.tap();
      await list.selectOption({ label: option });
    },
  },
];

/** A deed: what is done, and the sentence it is known by. */
type Deed = readonly [name: string, told: RegExp, act: (at: Place) => Promise<void>];

interface Place {
  readonly page: Page;
  readonly lab: Lab;
  readonly hand: Hand;
  readonly inspector: Locator;
  button(name: string | RegExp): Locator;
  select(name: string | RegExp): Locator;
}

/** Done in the inspector of S1, which follows; the links and the message come after. */
const TO_A_NODE: readonly Deed[] = [
  ["a crash", /You crashed S1/, (at) => at.hand.press(at.button("Crash"))],
  ["a restart", /You restarted S1/, (at) => at.hand.press(at.button("Restart"))],
  ["a pause", /You paused S1/, (at) => at.hand.press(at.button("Pause"))],
  ["a resume", /You let S1 go on/, (at) => at.hand.press(at.button("Resume"))],
  ["a slow node", /You slowed S1 down by 100 ms/, (at) => at.hand.choose(at.select("Handling delay of S1"), "100 ms")],
  [
    "a fast clock",
    /You let S1's clock drift by 1000000 parts/,
    (at) => at.hand.choose(at.select("Clock of S1"), "twice as fast"),
  ],
  [
    "a timer put off",
    /You put S1's election timer off/,
    async (at) => {
      // A server that was just restarted has yet to take its first step.
      for (let i = 0; i < 40 && (await at.button(/^Postpone election timer/).count()) === 0; i++) await step(at);
      await at.hand.press(at.button(/^Postpone election timer/));
    },
  ],
  ["a timer forced", /You let S1's election timer run out/, (at) => at.hand.press(at.button(/^Fire election timer/))],
  ["a slow disk", /You made S1's writes take 100 ms/, (at) => at.hand.choose(at.select("Disk of S1"), "100–200 ms")],
  ["a stalled disk", /You stopped S1's disk/, (at) => at.hand.press(at.button("Stall disk"))],
  ["a disk that goes on", /You let S1's disk go on/, (at) => at.hand.press(at.button("Unstall disk"))],
  ["isolation", /You cut S1 off from everybody/, (at) => at.hand.press(at.button(/^Isolate/))],
  [
    "reconnection",
    /You opened the link from .* to S1|You opened the link from S1/,
    (at) => at.hand.press(at.button(/^Reconnect/)),
  ],
  [
    "a link cut one way",
    /You cut the link from S1 to S2/,
    async (at) => {
      await at.hand.press(at.inspector.getByText(/^Links, each direction/));
      await at.hand.choose(at.select("Link S1 to S2"), "cut");
    },
  ],
  [
    "a link that holds messages one way",
    /You stopped messages on the link from S2 to S1/,
    (at) => at.hand.choose(at.select("Link S2 to S1"), "holds messages"),
  ],
  [
    "a slow link",
    /quality of the link from S1 to S2/,
    (at) => at.hand.choose(at.select("Latency S1 to S2"), "200–400 ms"),
  ],
  [
    "a link that loses",
    /quality of the link from S2 to S1/,
    (at) => at.hand.choose(at.select("Messages lost, S2 to S1"), "1 in 5"),
  ],
  [
    "a link that doubles",
    /quality of the link from S1 to S2/,
    (at) => at.hand.choose(at.select("Messages doubled, S1 to S2"), "half"),
  ],
  [
    "a link that reorders",
    /quality of the link from S2 to S1/,
    (at) => at.hand.choose(at.select("Messages overtaken, S2 to S1"), "1 in 20"),
  ],
  [
    "a link between a client and a server",
    /You cut the link from C1 to S1/,
    async (at) => {
      await at.hand.press(
        at.inspector.getByRole("group", { name: "Link of S1 with" }).getByRole("button", { name: "C1" }),
      );
      await at.hand.choose(at.select("Link C1 to S1"), "cut");
    },
  ],
  [
    "a wiped disk",
    /You emptied the disk of S1.*Raft does not survive that/,
    async (at) => {
      await at.hand.press(at.inspector.getByText("Wipe its disk…"));
      await at.inspector.getByText(/it may vote twice in a term/).waitFor();
      await at.hand.press(at.button("Wipe disk of S1"));
    },
  ],
];

const TO_A_MESSAGE: readonly Deed[] = [
  ["a message doubled", /You copied message/, (at) => at.hand.press(at.button("Duplicate"))],
  ["a message held", /You stopped message/, (at) => at.hand.press(at.button("Hold"))],
  ["a message released", /You released message/, (at) => at.hand.press(at.button("Release"))],
  ["a message delayed", /You delayed message/, (at) => at.hand.press(at.button("Delay 100 ms"))],
  ["a message delivered", /You delivered message/, (at) => at.hand.press(at.button("Deliver now"))],
  ["a message damaged", /You damaged message/, (at) => at.hand.press(at.button("Corrupt"))],
  ["a message dropped", /You dropped message/, (at) => at.hand.press(at.button("Drop"))],
];

const fromTheMenu = (item: string) => async (at: Place) => {
  await at.hand.press(at.page.getByRole("banner").getByRole("button", { name: /^Break/ }));
  await at.hand.press(at.page.getByRole("menuitem", { name: new RegExp(`^${item}`) }));
};

const TO_THE_CLUSTER: readonly Deed[] = [
  ["loss everywhere", /You changed the quality of every link/, fromTheMenu("Lose one message in five")],
  ["doubling everywhere", /You changed the quality of every link/, fromTheMenu("Deliver one message in five twice")],
  ["reordering everywhere", /You changed the quality of every link/, fromTheMenu("Overtake one message in five")],
  ["a slow network", /You changed the quality of every link/, fromTheMenu("Slow network")],
  ["a bridge", /You split the network: S1 S2 \| S4 S5\./, fromTheMenu("Build a bridge")],
  ["healing", /You opened every link/, fromTheMenu("Heal all links")],
  ["links cut one way", /You cut the link from S\d to S\d/, fromTheMenu("Deafen the leader")],
  ["everything mended", /You opened every link|You changed the quality/, fromTheMenu("Mend everything")],
  ["another future", /You gave chance a new seed/, fromTheMenu("Another future")],
  [
    "three sets",
    /You split the network: S2 S3 \| S1 S4 \| S5 C1\./,
    async (at) => {
      await fromTheMenu("Partition…")(at);
      const dialog = at.page.getByRole("dialog", { name: "Partition the servers" });
      await at.hand.press(dialog.getByRole("button", { name: "Add a side" }));
      for (const box of [
        "S1 on side b",
        "S2 on side a",
        "S3 on side a",
        "S4 on side b",
        "S5 on side c",
        "C1 on side c",
      ]) {
        const one = dialog.getByRole("checkbox", { name: box });
        if (await one.isChecked()) continue;
        // A checkbox is ticked by Space; Enter is not its key.
        if (at.hand.name === "keys alone") await one.press("Space");
        else await at.hand.press(one);
      }
      await at.hand.press(dialog.getByRole("button", { name: "Partition", exact: true }));
    },
  ],
];

for (const hand of HANDS) {
  test(`every fault is within reach of ${hand.name}`, async ({ arrive }) => {
    const page = await arrive(hand.visitor);
    const lab = await Lab.at(page);
    await lab.pause();
    const inspector = page.getByRole("region", { name: "Inspector" });
    const at: Place = {
      page,
      lab,
      hand,
      inspector,
      button: (name) => inspector.getByRole("button", { name, exact: true }),
      select: (name) => inspector.getByRole("combobox", { name, exact: true }),
    };
    const all = page.getByRole("list", { name: "What just happened" });
    const does = async ([name, told, act]: Deed) => {
      await act(at);
      await until(
        async () => (await all.getByRole("listitem").allTextContents()).slice(0, 3).join(" "),
        (text) => told.test(text.replace(/\s+/g, " ")),
        `${name} is told`,
      );
    };

    for (const deed of TO_THE_CLUSTER.slice(0, -1)) await does(deed);
    // The leader was deafened and freed again: S1 may be anybody by now, but for these it must be up.
    await hand.press(lab.server("S1"));
    await inspector.waitFor();
    for (const deed of TO_A_NODE) await does(deed);
    // A link that holds its messages would hold the one that is taken.
    await fromTheMenu("Mend everything")(at);
    for (const deed of TO_A_MESSAGE) {
      if ((await at.button("Drop").count()) === 0 || (await at.button("Drop").isDisabled())) await takeAMessage(at);
      await does(deed);
    }
    await hand.press(at.button("Close the inspector"));
    for (const deed of TO_THE_CLUSTER.slice(-1)) await does(deed);
  });
}

/** Selects a message in flight from the inspector of a client or server that has one, going on until there is one. */
async function takeAMessage(at: Place) {
  const { lab, hand, inspector } = at;
  for (let i = 0; i < 60; i++) {
    for (const name of ["S2", "S3", "S4", "S5"]) {
      await hand.press(lab.server(name));
      await inspector.getByRole("heading", { name: new RegExp(`^${name}`) }).waitFor();
      const list = inspector.locator("details.flights");
      if (!(await list.evaluate((one) => (one as HTMLDetailsElement).open))) await hand.press(list.locator("summary"));
      const first = list.getByRole("button").first();
      if ((await first.count()) > 0) {
        await hand.press(first);
        await inspector.getByRole("heading", { name: /^Message from/ }).waitFor();
        return;
      }
    }
    await step(at);
  }
  throw new Error("No message is ever in flight");
}

async function step({ page, lab, hand }: Place) {
  await hand.press(page.getByRole("banner").getByRole("button", { name: /^(Step$|One step forward)/ }));
  await lab.settled();
}

test("a message says what it is while the pointer is over it, and a click takes it", async ({ arrive }) => {
  const lab = await Lab.at(await arrive());
  const { page } = lab;
  await lab.pause();
  const leader = (await lab.leader()).name;
  // Messages that are held stay where a pointer finds them: a little way out from the leader.
  await lab.doBreak("Hold the leader's messages");
  await page.getByText(/link directions? not open/).waitFor();
  const tip = page.locator(".tip");
  const centre = async (name: string) => {
    const box = await lab.server(name).locator("circle.body").boundingBox();
    return { x: (box?.x ?? 0) + (box?.width ?? 0) / 2, y: (box?.y ?? 0) + (box?.height ?? 0) / 2 };
  };
  const from = await centre(leader);
  const to = await centre(leader === "S1" ? "S2" : "S1");
  let at: { x: number; y: number } | null = null;
  // Steps to the next heartbeat; then a sweep along the link.
  for (let i = 0; i < 30 && at === null; i++) {
    await page.keyboard.press("ArrowRight");
    await lab.settled();
    for (let part = 0.2; part < 0.5 && at === null; part += 0.04) {
      const spot = { x: from.x + (to.x - from.x) * part, y: from.y + (to.y - from.y) * part };
      await page.mouse.move(spot.x, spot.y);
      if ((await tip.filter({ hasText: "held" }).count()) > 0) at = spot;
    }
  }
  expect(at).not.toBeNull();
  expect(await tip.textContent()).toMatch(new RegExp(`^${leader} → S\\d .*held`));
  await page.mouse.click(at?.x ?? 0, at?.y ?? 0);
  await page
    .getByRole("region", { name: "Inspector" })
    .getByRole("heading", { name: /^Message from/ })
    .waitFor();
});

test("the line of a partition is dragged: to other servers, and off the ring to heal", async ({ arrive }) => {
  const lab = await Lab.at(await arrive());
  const { page } = lab;
  await lab.pause();
  await page.keyboard.press("p");
  const dialog = page.getByRole("dialog", { name: "Partition the servers" });
  // S1 alone, at the top of the ring.
  for (const [i, side] of ["a", "b", "b", "b", "b"].entries()) {
    const box = dialog.getByRole("checkbox", { name: `S${i + 1} on side ${side}` });
    if (!(await box.isChecked())) await box.click();
  }
  await dialog.getByRole("button", { name: "Partition", exact: true }).click();
  await page.getByText("Partition: S1 | S2 S3 S4 S5").waitFor();

  const line = page.locator("sb-stage .partition .grip");
  const grip = () =>
    line.evaluate((one) => {
      const path = one as unknown as SVGPathElement;
      const middle = path.getPointAtLength(path.getTotalLength() / 2);
      const box = path.ownerSVGElement?.getBoundingClientRect();
      return { x: middle.x + (box?.x ?? 0), y: middle.y + (box?.y ?? 0) };
    });
  const drag = async (by: number) => {
    const from = await grip();
    await page.mouse.move(from.x, from.y);
    await page.mouse.down();
    await page.mouse.move(from.x, from.y + by / 2, { steps: 4 });
    await page.mouse.move(from.x, from.y + by, { steps: 4 });
    await page.mouse.up();
  };
  const centre = async (name: string) => {
    const box = await lab.server(name).locator("circle.body").boundingBox();
    return (box?.y ?? 0) + (box?.height ?? 0) / 2;
  };
  // Down past S2 and S5, which stand at one height, and not as far as S3 and S4.
  await drag((await centre("S3")) - (await centre("S2")));
  await page.getByText("Partition: S1 S2 S5 | S3 S4").waitFor();
  await drag(-500);
  await until(
    () => page.getByText(/^Partition: /).count(),
    (n) => n === 0,
    "every link is open",
  );
});

test("a follower that lost its disk stays behind, and the page says why", async ({ arrive }) => {
  const lab = await Lab.at(await arrive());
  const { page } = lab;
  await lab.show("Key/value");
  await lab.fast();
  await lab.send("C1", "put x 1");
  await lab.replied("C1", "put x 1");
  await until(
    () => lab.servers(),
    (all) => all.every((one) => one.committed >= 1),
    "everybody knows of it",
  );
  await lab.pause();
  await lab.doBreak("Wipe a follower's disk");
  const crashed = async () => (await lab.servers()).find((one) => one.role === "crashed");
  const wiped = (await until(crashed, Boolean, "a follower has crashed"))?.name ?? "";
  await lab.server(wiped).focus();
  await page.keyboard.press("Enter");
  const inspector = page.getByRole("region", { name: "Inspector" });
  await inspector.getByText(new RegExp(`${wiped} acknowledged entries up to 1 and lost them with its disk`)).waitFor();
  await inspector.getByText(/stays behind until the next leader/).waitFor();
});
