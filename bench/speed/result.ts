import { z } from "zod";
import type { MachineFacts } from "../lib/machine.ts";
import type { Plot } from "../lib/plot.ts";
import { figuresJson } from "../lib/report-files.ts";
import type { Table } from "../lib/table.ts";
import type { Experiment, Report } from "./experiment.ts";

/** Where, when and how an experiment was run. */
export interface Circumstances {
  readonly machine: MachineFacts;
  /** The model's id. */
  readonly model: string;
  /** ISO 8601, UTC. */
  readonly date: string;
  /** As it could be typed again. */
  readonly command: string;
}

/** A finished experiment, as its JSON file has it. */
export interface Result extends Pick<Experiment, "name" | "title" | "about">, Report {
  readonly measured: Circumstances;
  /** How long it took. */
  readonly seconds: number;
  /** Cores' worth of work that other processes did meanwhile: it is in the figures. */
  readonly otherCores: number;
}

const RESULT = z.looseObject({
  name: z.string(),
  title: z.string(),
  about: z.string(),
  measured: z.looseObject({
    machine: z.looseObject({}),
    model: z.string(),
    date: z.string(),
    command: z.string(),
  }),
  seconds: z.number(),
  otherCores: z.number(),
  tables: z.array(z.custom<Table>((value) => typeof value === "object")),
  plots: z.array(z.custom<Plot>((value) => typeof value === "object")),
  notes: z.array(z.string()),
  figures: z.record(z.string(), z.unknown()),
});

/** A result's file. */
export function resultJson(result: Result): string {
  return figuresJson(result);
}

/** Reads what {@link resultJson} wrote; null when it is something else. */
export function parseResult(json: string): Result | null {
  try {
    const read = RESULT.safeParse(withNaN(JSON.parse(json)));
    return read.success ? (read.data as unknown as Result) : null;
  } catch {
    return null;
  }
}

/** JSON knows no NaN and has null instead. */
function withNaN(value: unknown): unknown {
  if (value === null) return Number.NaN;
  if (Array.isArray(value)) return value.map(withNaN);
  if (typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withNaN(inner)]));
}
