import { readdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { Command } from "commander";
import { expect, it } from "vitest";
import { addCommands, type LazyCommand } from "../../src/cli/lazy-commands.ts";
import { COMPILED } from "../support/build.ts";
import { makeTempDir } from "../support/media.ts";
import { thinkalong } from "../support/program.ts";

it("loads the commands that are named, and lists the others", async () => {
  const loaded: string[] = [];
  const command = (name: string, more?: string): LazyCommand => ({
    name,
    summary: `Does ${name}.`,
    load: async () => {
      loaded.push(name);
      const made = new Command(name).argument("<file>");
      return more === undefined ? made : made.description(more);
    },
  });
  const program = new Command("program");
  const commands = [command("one"), command("two"), command("three", "Does it in full.")];
  await addCommands(program, commands, ["help", "two", "three"]);
  expect(loaded).toEqual(["two", "three"]);
  const [one, two, three] = program.commands;
  expect(program.helpInformation()).toMatch(
    /one +Does one\.\n +two <file> +Does two\.\n +three <file> +Does three\./,
  );
  expect([one, two, three].map((each) => each!.description())).toEqual([
    "Does one.",
    "Does two.",
    "Does it in full.",
  ]);
});

/** The rooms of which a call of the command line loads something. */
async function roomsOf(args: readonly string[]): Promise<string[]> {
  const dir = await makeTempDir();
  try {
    await thinkalong(args, { NODE_V8_COVERAGE: dir.path }).ended;
    const files = await readdir(dir.path);
    const texts = await Promise.all(files.map((name) => readFile(join(dir.path, name), "utf8")));
    const scripts = texts.flatMap((text) => (JSON.parse(text) as { result: { url: string }[] }).result);
    const paths = scripts
      .filter(({ url }) => url.startsWith("file:"))
      .map(({ url }) => relative(COMPILED, fileURLToPath(url)))
      .filter((path) => !path.startsWith(".."));
    return [...new Set(paths.map((path) => path.split("/")[0]!))];
  } finally {
    await dir.remove();
  }
}

it.each([[["--version"]], [["--help"]], [["help"]], [["nothing"]]])("loads no room for %j", async (args) => {
  expect(await roomsOf(args)).toEqual(["cli"]);
});

it("loads neither the server nor its cameras to replay a file", async () => {
  const rooms = await roomsOf(["replay", "nothing.mp4"]);
  expect(rooms).toContain("ingest");
  for (const room of ["server", "cameras", "history", "config", "alerts"]) expect(rooms).not.toContain(room);
});
