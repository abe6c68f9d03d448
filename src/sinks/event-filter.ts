import { SERVER_EVENTS, type ServerEvent, type ServerEventType } from "../protocol/mod.ts";

/** Events that are for one client alone. They are in no log, so no sink hears of them. */
const FOR_ONE_CLIENT: readonly ServerEventType[] = [
  "session.created",
  "session.resumed",
  "session.gap",
  "session.going_away",
];

/** What people ask for, in their words. */
const GROUPS = {
  alerts: ({ type }) => type === "alert.raised",
  thoughts: (event) => event.type === "response.reasoning_text.done" && event.text !== "",
  questions: (event) => event.type === "response.created" && event.response.kind === "answer",
  answers: ({ type }) => type === "response.output_text.done",
  gaps: ({ type }) => type === "input.gap",
  states: ({ type }) =>
    type === "stream.state" ||
    type === "session.model" ||
    type === "session.scene" ||
    type === "session.closed",
  errors: ({ type }) => type === "error",
} satisfies Readonly<Record<string, (event: ServerEvent) => boolean>>;

type EventGroup = keyof typeof GROUPS;

/** What a sink may ask for: groups of events, and the types of the protocol. */
export type EventName = EventGroup | ServerEventType;

const isGroup = (name: EventName): name is EventGroup => name in GROUPS;

export const EVENT_NAMES: readonly EventName[] = [
  ...(Object.keys(GROUPS) as EventGroup[]),
  ...(Object.keys(SERVER_EVENTS) as ServerEventType[]).filter((type) => !FOR_ONE_CLIENT.includes(type)),
];

/** What is told in whole sentences: every group. */
export const TOLD: readonly EventName[] = EVENT_NAMES.filter(isGroup);

/** Which events a sink gets. */
export interface Wanted {
  readonly events: readonly EventName[];
  /** Names of streams; none: all of them. */
  readonly streams: readonly string[];
}

/** Makes the filter of a sink. */
export function eventFilter({ events, streams }: Wanted): (stream: string, event: ServerEvent) => boolean {
  const groups = events.filter(isGroup).map((name) => GROUPS[name]);
  const types = new Set<string>(events);
  const names = new Set(streams);
  return (stream, event) =>
    (names.size === 0 || names.has(stream)) &&
    (types.has(event.type) || groups.some((includes) => includes(event)));
}
