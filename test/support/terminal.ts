import { spawn } from "node:child_process";
import { join } from "node:path";
import { MAIN, Program } from "./program.ts";

/** Control sequences that move, clear or set a mode (`ESC [ … letter`), else one character. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: that is what a terminal is sent
const TOKEN = /\x1b\[(?<args>[?\d;]*)(?<final>[A-Za-z])|\p{Any}/gu;

/**
 * What stands on the screen of a terminal, as rows without the spaces at their ends, after a text was sent to it. The
 * screen has any number of rows. Characters of double width are not known.
 */
export function screenOf(sent: string, columns: number): string[] {
  const rows: string[][] = [[]];
  let [row, column, isWrapping] = [0, 0, true];
  const current = () => {
    while (rows.length <= row) rows.push([]);
    return rows[row]!;
  };
  const control: Record<string, (args: string) => void> = {
    A: (n) => (row = Math.max(0, row - Number(n || 1))),
    B: (n) => (row += Number(n || 1)),
    G: (n) => (column = Number(n || 1) - 1),
    K: (what) => {
      if (what === "2") rows[row] = [];
      else if (what === "" || what === "0") current().length = Math.min(current().length, column);
      else throw new Error(`The test's terminal does not know ESC [ ${what} K.`);
    },
    J: () => {
      current().length = Math.min(current().length, column);
      rows.length = row + 1;
    },
    h: (mode) => (isWrapping ||= mode === "?7"),
    l: (mode) => (isWrapping &&= mode !== "?7"),
    m: () => {},
  };
  const print = (character: string) => {
    if (column === columns && isWrapping) [row, column] = [row + 1, 0];
    const cells = current();
    column = Math.min(column, columns - 1);
    while (cells.length < column) cells.push(" ");
    cells[column++] = character;
  };
  for (const { 0: token, groups } of sent.matchAll(TOKEN)) {
    const { args = "", final } = groups ?? {};
    if (final !== undefined) control[final]?.(args);
    else if (token === "\r") column = 0;
    else if (token === "\n") row++;
    else print(token);
  }
  return rows.map((cells) => cells.join("").trimEnd());
}

/** Runs the command line on a terminal of so many columns. Its `stdout` is all that the terminal was sent. */
export function thinkalongOnTerminal(columns: number, args: readonly string[]): Program {
  const root = join(import.meta.dirname, "../..");
  const node = [process.execPath, MAIN, ...args];
  const { FORCE_COLOR: _, ...env } = process.env;
  return new Program(
    spawn("python3", ["test/support/on_terminal.py", String(columns), ...node], {
      cwd: root,
      env: { ...env, NO_COLOR: "1", TERM: "xterm" },
      stdio: ["pipe", "pipe", "pipe"],
      detached: true,
    }),
  );
}
