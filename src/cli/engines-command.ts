import { constants } from "node:os";
import { Command } from "commander";
import pc from "picocolors";
import { probeServer, RemoteError } from "../backends/mod.ts";
import { API_KEY_VARIABLE, readApiKey } from "./api-key.ts";
import { guarded, reportFailure } from "./failure.ts";
import { printLine } from "./output.ts";
import { probeAdvice, probeRows } from "./probe-report.ts";
import { Screen } from "./screen.ts";

interface ProbeFlags {
  readonly model?: string;
  readonly apiKeyEnv?: string;
  readonly json: boolean;
}

const INTERRUPTS = ["SIGINT", "SIGTERM"] as const;
const HEAD_COLUMNS = 16;

async function probe(url: string, flags: ProbeFlags): Promise<void> {
  const screen = new Screen();
  const doing = (what: string) => flags.json || screen.status(() => what);
  const interrupt = (signal: NodeJS.Signals) => {
    screen.status(null);
    process.exit(128 + constants.signals[signal]);
  };
  for (const signal of INTERRUPTS) process.once(signal, interrupt);
  try {
    doing("looking for the model");
    const { model, apiKeyEnv } = flags;
    const probed = await probeServer(
      { baseUrls: [url], ...(model !== undefined && { model }), ...readApiKey(apiKeyEnv) },
      { onStep: (what) => doing(`measuring ${what}`) },
    );
    if (flags.json) {
      const { found, plan, because } = probed;
      printLine(JSON.stringify({ ...found, plan, because }));
      return;
    }
    screen.line("", pc.bold(probed.found.model));
    for (const [head, text] of probeRows(probed)) screen.line(`${pc.dim(head.padEnd(HEAD_COLUMNS))}  `, text);
    for (const line of probeAdvice(probed)) {
      screen.line("", "");
      screen.line("", line);
    }
  } finally {
    screen.status(null);
    for (const signal of INTERRUPTS) process.off(signal, interrupt);
  }
}

async function probeAndPrintFailure(url: string, flags: ProbeFlags): Promise<void> {
  try {
    await probe(url, flags);
  } catch (error) {
    if (flags.json && error instanceof RemoteError)
      printLine(JSON.stringify({ error: { code: error.code, message: error.message } }));
    reportFailure(error);
  }
}

export function enginesCommand(): Command {
  const engines = new Command("engines");
  engines
    .command("probe")
    .description(
      "Measure an OpenAI-compatible server (llama.cpp, vLLM, SGLang, Ollama, a cloud): what pictures cost, whether a prefix cache keeps them, how fast it answers. Says whether thinkalong can use it, and how often it would look. Takes some seconds, and a few thousand tokens.",
    )
    .argument("<url>", "address of the server, with or without /v1")
    .option("-m, --model <name>", "name of the model; default: the only one of the server")
    .option(
      "--api-key-env <name>",
      `environment variable that holds the API key; default: ${API_KEY_VARIABLE}`,
    )
    .option("--json", "print what was found as one line of JSON", false)
    .addHelpText(
      "after",
      `
Examples:
  $ thinkalong engines probe http://127.0.0.1:8080
  $ thinkalong engines probe http://127.0.0.1:11434 --model qwen2.5vl
  $ OPENAI_API_KEY=... thinkalong engines probe https://api.openai.com/v1 --model gpt-4o-mini --api-key-env OPENAI_API_KEY
  $ thinkalong engines probe gpu-box:8000 --json | jq .plan`,
    )
    .action(guarded(probeAndPrintFailure));
  return engines;
}
