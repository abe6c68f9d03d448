import { describe, expect, it } from "vitest";
import { EVERYBODY, type Grant, may, SCOPES, type Scope } from "../../../src/server/auth/grant.ts";

const grant = (scopes: readonly Scope[], streams: readonly string[] | null = null): Grant => ({
  name: "test",
  scopes: new Set(scopes),
  streams: streams && new Set(streams),
});

describe("a grant", () => {
  it("allows its scopes, on its streams", () => {
    expect(SCOPES.filter((scope) => may(grant(["watch", "ask"]), scope, "door"))).toEqual(["watch", "ask"]);
    const door = grant(["watch"], ["door"]);
    expect([may(door, "watch", "door"), may(door, "watch", "yard"), may(door, "watch")]).toEqual([
      true,
      false,
      true,
    ]);
    expect(may(grant([]), "watch")).toBe(false);
  });

  it("to administer includes all others, on every stream", () => {
    expect(SCOPES.every((scope) => may(grant(["admin"], ["door"]), scope, "yard"))).toBe(true);
    expect(SCOPES.every((scope) => may(EVERYBODY, scope, "yard"))).toBe(true);
  });
});
