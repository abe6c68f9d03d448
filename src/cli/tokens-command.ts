import { join } from "node:path";
import { Command, Option } from "commander";
import pc from "picocolors";
import { dataFolder } from "../models/mod.ts";
import { addToken, readTokenFile, removeToken, SCOPES, type Scope, type TokenEntry } from "../server/mod.ts";
import { guarded } from "./failure.ts";
import { printLine } from "./output.ts";
import { Screen } from "./screen.ts";

interface FileFlags {
  readonly file: string;
}

interface AddFlags extends FileFlags {
  readonly scope: readonly Scope[];
  readonly stream: readonly string[];
  readonly expires?: string;
}

const REREAD = "A server that runs already reads the file again at SIGHUP.";

async function add(name: string, { scope, stream, expires, file }: AddFlags): Promise<void> {
  const secret = await addToken(file, { name, scopes: scope, streams: stream, expires });
  // Alone on standard output, so that a script can take it from there.
  printLine(secret);
  new Screen().note(
    "",
    `This is the secret of ${name}. It is shown only now: the file ${file} has its hash. Start the server with --tokens ${file}. ${REREAD}`,
  );
}

async function list({ file }: FileFlags): Promise<void> {
  const screen = new Screen();
  const { tokens } = await readTokenFile(file);
  for (const token of tokens) screen.line(`${pc.bold(token.name)}: `, aboutToken(token), 2);
  screen.note("", pc.dim(`${tokens.length === 0 ? "There is no token" : "They are"} in ${file}.`));
}

/** All but its secret. */
function aboutToken({ scopes, streams, expiresAtMs, limits }: TokenEntry): string {
  const isOver = expiresAtMs !== null && expiresAtMs <= Date.now();
  const parts = [
    scopes.join(", "),
    streams === null ? "all streams" : `only ${streams.join(", ")}`,
    expiresAtMs !== null && `${isOver ? "ended" : "until"} ${new Date(expiresAtMs).toISOString()}`,
    ...Object.entries(limits).map(([what, most]) => `at most ${most} ${what.replaceAll("_", " ")}`),
  ];
  return parts.filter((part) => part !== false).join("; ");
}

async function remove(name: string, { file }: FileFlags): Promise<void> {
  await removeToken(file, name);
  new Screen().line("", `The token ${name} is no longer in ${file}. ${REREAD}`);
}

export function tokensCommand(): Command {
  const file = () => new Option("--file <path>", "token file").default(join(dataFolder(), "tokens.yaml"));
  const adding = new Command("add")
    .description("Make a token, print its secret once, and add its hash to a file.")
    .argument("<name>", "what it is called in logs and errors")
    .addOption(
      new Option(
        "--scope <scope...>",
        "what it allows: see events, ask questions, send video, or everything on every stream",
      )
        .choices(SCOPES)
        .makeOptionMandatory(),
    )
    .addOption(new Option("--stream <id...>", "only these streams").default([], "all"))
    .option("--expires <date>", "when it ends, such as 2027-01-31 or 2027-01-31T12:00:00Z; default: never")
    .addOption(file())
    .addHelpText(
      "after",
      `
Examples:
  $ thinkalong tokens add dashboard --scope watch --scope ask
  $ thinkalong tokens add door-camera --scope push --expires 2027-01-31 --file tokens.yaml
  $ thinkalong serve --tokens tokens.yaml --host 0.0.0.0 --tls-self-signed`,
    )
    .action(guarded(add));
  const listing = new Command("list")
    .description("List the tokens of a file: what each allows, and until when. Secrets are not shown.")
    .addOption(file())
    .action(guarded(list));
  const removing = new Command("remove")
    .description("Take a token out of a file.")
    .argument("<name>", "what it is called")
    .addOption(file())
    .action(guarded(remove));
  return new Command("tokens").addCommand(adding).addCommand(listing).addCommand(removing);
}
