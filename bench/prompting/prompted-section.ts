import type { Section } from "../lib/section.ts";
import type { Cell, Table } from "../lib/table.ts";
import type { Prompted } from "./run-prompted.ts";
import { chanceF1, type SpeakingScores, scoreSpeaking, type Told } from "./scores.ts";
import type { ToldClip, ToldUnit } from "./told-clips.ts";

/** A row of the report. */
export interface PromptedRow {
  readonly name: string;
  /** When it spoke. */
  readonly speaking: Pick<SpeakingScores, "f1" | "precision" | "recall" | "spoke">;
  /** How often it said the same; null where there are no thoughts of a model. */
  readonly repeating: Pick<SpeakingScores, "verbatim" | "nearly"> | null;
}

/** What was measured, beside what is known without a model. */
export function rowsOf(clips: readonly ToldClip[], { policy, eachUnit }: Prompted): PromptedRow[] {
  const told = (results: Prompted["policy"]) =>
    results.map((said, index): Told => ({ clip: clips[index]!, thoughts: said.map(({ text }) => text) }));
  const ruled = (speaks: (unit: ToldUnit) => boolean) =>
    scoreSpeaking(
      clips.map((clip) => ({ clip, thoughts: clip.units.map((unit) => (speaks(unit) ? "" : null)) })),
    );
  const narrated = scoreSpeaking(told(policy));
  return [
    { name: "the policy", speaking: narrated, repeating: narrated },
    {
      name: "says something each unit",
      speaking: ruled(() => true),
      repeating: scoreSpeaking(told(eachUnit)),
    },
    {
      name: "without a model: each unit that is not still",
      speaking: ruled(({ still }) => !still),
      repeating: null,
    },
    { name: "never speaks", speaking: ruled(() => false), repeating: null },
  ];
}

/** What the measurement comes to, as a page. */
export function promptedSection(
  clips: readonly ToldClip[],
  results: Prompted,
  model: string,
  notes: readonly string[],
): Section {
  const rows = rowsOf(clips, results);
  const units = clips.flatMap((clip) => clip.units.slice(1));
  const happens = units.filter((unit) => unit.happens.length > 0).length;
  const shown = rows.filter(({ name }) => name !== "never speaks");
  return {
    name: "prompted",
    title: "When a prompted model speaks",
    about: about(model, clips.length, units.length, happens),
    tables: [speakingTable(rows, happens / units.length), silenceTable(clips, results), costTable(results)],
    plots: [
      {
        name: "speaking",
        title: "Speaking where something happens, and saying the same again (95 %)",
        kind: "bar",
        x: { title: "" },
        y: { title: "share", min: 0, max: 1 },
        categories: shown.map(({ name }) => name.replace("without a model: ", "")),
        series: [
          { name: "F1 of speaking", points: shown.map(({ speaking }, at) => [at, speaking.f1]) },
          {
            name: "thoughts that nearly repeat",
            points: shown.map(({ repeating }, at) => [at, repeating?.nearly ?? Number.NaN]),
          },
        ],
      },
    ],
    notes: [
      `How often the model repeats itself when it says something each unit was measured on ${results.eachUnit.length} of ` +
        "the clips. When it speaks then needs no measurement.",
      ...notes,
    ],
  };
}

function about(model: string, clips: number, units: number, happens: number): string {
  return [
    `The policy for models that were never taught to think while they see, on **${model}**. It is the policy that is`,
    "tested, not the eyes: each unit of a clip is a sentence in place of a picture. The sentence says who is in the",
    "picture, on which side, and whether it stands or in which direction it moves: _In the picture: a red car on the left,",
    "moving right._ It is read off the tracks of the movers, so it stays the same while nothing changes. It also changes",
    "where the labels have no event: a car that drives on comes into the middle of the picture. A unit in which somebody",
    "comes, goes, starts, stops or turns, or something is put down or taken, is one to speak in",
    "([how](../../../training/stages/sentences.py)).",
    `There are ${clips} clips. Without their first units, in which all is new, they have ${units} units of one second; in`,
    `${happens} of them something happens. Prompts and rules were chosen on other clips of the same world.\n\n`,
    "**The policy** is the narrator of the service as it is: a unit like that before is a still one and is passed over, of",
    "the others the model decides by its first token against a bias that each stream finds for itself, and a thought that",
    "repeats an earlier one is not told. **Says something each unit** asks for a thought about each unit, and tells it.",
    "**Without a model**, speaking in each unit that is not still shows what the sentences alone give away. Brackets hold",
    "95 % intervals (bootstrap over clips).",
  ]
    .join(" ")
    .replaceAll("\n\n ", "\n\n");
}

function speakingTable(rows: readonly PromptedRow[], happens: number): Table {
  return {
    title: "When it speaks, and how often it says the same",
    columns: [
      ...["", "F1", "precision", "recall", "speaks in", "F1 of speaking as often at random"],
      ...["thoughts said before word for word", "thoughts that nearly repeat"],
    ],
    rows: rows.map(({ name, speaking, repeating }): Cell[] => [
      ...[name, speaking.f1, speaking.precision, speaking.recall, speaking.spoke],
      chanceF1(happens, speaking.spoke.value),
      ...(repeating === null ? ["–", "–"] : [repeating.verbatim, repeating.nearly]),
    ]),
  };
}

/** What became of the units of the policy. */
function silenceTable(clips: readonly ToldClip[], { policy }: Prompted): Table {
  const units = policy.flatMap((said, clip) =>
    said.map(({ because }, at) => ({ because, happens: clips[clip]!.units[at]!.happens.length > 0 })),
  );
  const count = (because: string | null, happens: boolean) =>
    units.filter((unit) => unit.because === because && unit.happens === happens).length;
  const words = [
    ["still: not asked", "still"],
    ["the model had nothing new to say", "nothing_new"],
    ["the thought was a repetition", "repeated"],
    ["told", null],
  ] as const;
  return {
    title: "What became of the units",
    columns: ["", "something happens", "nothing happens"],
    rows: words.map(([text, because]) => [text, count(because, true), count(because, false)]),
  };
}

/** What a server has to do for it. */
function costTable({ policy, eachUnit }: Prompted): Table {
  const mean = (results: Prompted["policy"], of: "prefilled" | "generated") => {
    const units = results.flat();
    return units.reduce((sum, unit) => sum + unit[of], 0) / units.length;
  };
  return {
    title: "Tokens a unit",
    columns: ["", "read, without those in the prefix cache", "written"],
    rows: [
      ["the policy", mean(policy, "prefilled"), mean(policy, "generated")],
      ["says something each unit", mean(eachUnit, "prefilled"), mean(eachUnit, "generated")],
    ],
  };
}
