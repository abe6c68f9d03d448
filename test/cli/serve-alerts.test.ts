import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TINY_BUNDLE } from "../support/bundles.ts";
import { eventually, makeTempDir } from "../support/media.ts";
import { type Program, thinkalong } from "../support/program.ts";

let dir: Awaited<ReturnType<typeof makeTempDir>>;
let config: string;
beforeAll(async () => {
  dir = await makeTempDir();
  config = join(dir.path, "alerts.yaml");
});
afterAll(() => dir.remove());

const serve = () =>
  thinkalong(["serve", "--model", TINY_BUNDLE, "--port", "0", "--config", config], {
    THINKALONG_HOME: join(dir.path, "home"),
  });
const urlOf = async (program: Program) => (await program.says(/Open (http:\S+) for/))[1]!;

describe("thinkalong serve with alerts", () => {
  it("does not start with a rule that its model can never say, and names its line", async () => {
    await writeFile(config, "alerts:\n  drone:\n    when: a drone enters\n    cooldown: 1m\n");
    const { code, stderr } = await serve().ended;
    expect(code).toBe(1);
    expect(stderr.replace(/\s+/g, " ")).toMatch(
      /alerts\.yaml:3:11: alerts\.drone\.when: The word "drone" is unknown to this model.* such as: "a person enters from the left"/,
    );
  });

  it("takes the rules of its file at SIGHUP; those with an error change nothing, cameras neither", async () => {
    await writeFile(config, "alerts:\n  comes: { when: somebody enters }\n");
    await using server = serve();
    const url = await urlOf(server);
    expect(server.stdout).toMatch(/^Alert comes: when a person enters/m);
    const names = async () => {
      const { data } = (await (await fetch(`${url}/v1/alerts`)).json()) as { data: { name: string }[] };
      return data.map(({ name }) => name);
    };
    await writeFile(config, "alerts:\n  leaves: { when: a car leaves }\n");
    server.process.kill("SIGHUP");
    await server.says(
      /was read again\. No camera has changed; 0 go on\. Alerts added: leaves; removed: comes\./,
    );
    expect(await names()).toEqual(["leaves"]);
    await writeFile(
      config,
      "alerts: { drone: { when: a drone enters } }\ncameras: { a: { url: /nowhere.mp4 } }\n",
    );
    server.process.kill("SIGHUP");
    await eventually(() => server.stderr.includes("Nothing was changed."), "it is said");
    expect(server.stderr.replace(/\s+/g, " ")).toMatch(
      /alerts\.yaml:1:26: alerts\.drone\.when: The word "drone"/,
    );
    expect(await names()).toEqual(["leaves"]);
    expect(await (await fetch(`${url}/v1/streams`)).json()).toEqual({ object: "list", data: [] });
  });
});
