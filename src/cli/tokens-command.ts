import { join } from "node:path";
import { Command, Option } from "commander";
import { dataFolder } from "../models/mod.ts";
import { addToken, SCOPES, type Scope } from "../server/mod.ts";
import { guarded } from "./failure.ts";
import { printLine } from "./output.ts";
import { wrapFor } from "./wrap.ts";

interface AddFlags {
  readonly scope: readonly Scope[];
  readonly stream: readonly string[];
  readonly expires?: string;
  readonly file: string;
}

async function add(name: string, { scope, stream, expires, file }: AddFlags): Promise<void> {
  const secret = await addToken(file, { name, scopes: scope, streams: stream, expires });
  // Alone on standard output, so that a script can take it from there.
  printLine(secret);
  console.error(
    wrapFor(
      process.stderr,
      "",
      `This is the secret of ${name}. It is shown only now: the file ${file} has its hash. Start the server with --tokens ${file}; one that runs already reads the file again at SIGHUP.`,
    ),
  );
}

export function tokensCommand(): Command {
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
    .option("--file <path>", "token file", join(dataFolder(), "tokens.yaml"))
    .addHelpText(
      "after",
      `
Examples:
  $ thinkalong tokens add dashboard --scope watch --scope ask
  $ thinkalong tokens add door-camera --scope push --expires 2027-01-31 --file tokens.yaml
  $ thinkalong serve --tokens tokens.yaml --host 0.0.0.0 --tls-self-signed`,
    )
    .action(guarded(add));
  return new Command("tokens")
    .description("Make tokens, with which clients prove what they may do.")
    .addCommand(adding);
}
