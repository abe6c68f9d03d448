import type { Allowance, Measured, Plan, Wishes } from "./plan.ts";

/** Says in whole sentences what was chosen for a model, and why. */
export function explainPlan(
  plan: Plan,
  measured: Measured,
  wishes: Wishes = {},
  allowance: Allowance = {},
): string {
  const { fps, picture, windowUnits, thoughtTokens, keepsUp } = plan;
  const often = fps >= 1 ? `${count(fps, "frame")} a second` : `a frame every ${round(1 / fps)} s`;
  const size = picture.tokens === null ? "" : `${count(picture.tokens, "token")} and `;
  const byHand = [
    wishes.fps === undefined ? null : "rate",
    wishes.side === undefined ? null : "picture size",
    wishes.windowUnits === undefined ? null : "window",
  ].filter((wish) => wish !== null);
  const isLimited = Object.values(allowance).some((limit) => limit !== undefined);
  return [
    `A picture of ${picture.side} px takes ${size}${round(picture.ms)} ms at this server, the first token of an answer ${round(measured.firstTokenMs)} ms, and each further one ${round(measured.tokenMs)} ms.`,
    `So the model looks at ${often}, remembers up to ${count(windowUnits, "picture")}, and thinks up to ${count(thoughtTokens, "token")} about each.`,
    byHand.length > 0 && `Set by hand: ${byHand.join(", ")}.`,
    isLimited && "The limits on calls and tokens a minute were taken into account.",
    !measured.hasPrefixCache &&
      "The server keeps no prefix cache, so all pictures are computed again for each request.",
    measured.reasons &&
      "The model reasons to itself before it speaks, which takes most of its time and tokens; one that does not is quicker.",
    !keepsUp && "It does not keep up even so: some thoughts will be skipped as late or limited.",
  ]
    .filter(Boolean)
    .join(" ");
}

function count(number: number, noun: string): string {
  return `${round(number)} ${noun}${round(number) === "1" ? "" : "s"}`;
}

function round(number: number): string {
  return number >= 10 ? String(Math.round(number)) : String(Math.round(10 * number) / 10);
}
