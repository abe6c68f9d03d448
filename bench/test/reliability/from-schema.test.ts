import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CLIENT_MESSAGES, type ClientMessageType } from "../../../src/protocol/mod.ts";
import { fitting, named } from "../../reliability/from-schema.ts";

describe("values that fit a schema", () => {
  it.each(Object.keys(CLIENT_MESSAGES) as ClientMessageType[])("are mostly good messages: %s", (type) => {
    const schema = CLIENT_MESSAGES[type];
    const values = fc.sample(fitting(schema), { numRuns: 100, seed: 1 });
    const good = values.filter((value) => schema.safeParse(value).success);
    // That a picture is base64, JSON Schema cannot say.
    const least = type === "input_video_frame.append" ? 0 : 50;
    expect(good.length).toBeGreaterThanOrEqual(least);
    expect(new Set(values.map((value) => Object.keys(value as object).join())).size).toBeGreaterThan(1);
  });

  it("have every field now and then", () => {
    const settings = Object.keys(CLIENT_MESSAGES["session.update"].shape.session.shape);
    const values = fc.sample(fitting(CLIENT_MESSAGES["session.update"]), { numRuns: 200, seed: 1 });
    const given = new Set(values.flatMap((value) => Object.keys((value as { session: object }).session)));
    expect([...given].sort()).toEqual([...settings].sort());
  });

  it("are named by a schema and its description", () => {
    expect(named(CLIENT_MESSAGES["session.close"], "type")).toEqual(["session.close"]);
    expect(named(CLIENT_MESSAGES["session.close"], "nothing")).toEqual([]);
    expect(named(CLIENT_MESSAGES["conversation.item.create"].shape.item, "id")).toEqual([
      "response.created",
      "item_id",
    ]);
  });
});
