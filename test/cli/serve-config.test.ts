import { describe, expect, it } from "vitest";
import { changedAtStartOnly, serveSettings } from "../../src/cli/serve-config.ts";

const FILE = { server: { tokens: "t.yaml", tls_cert: "a.pem", tls_key: "a.key", insecure: true } };

describe("what guards a server", () => {
  it("stands in the file, and a flag wins", () => {
    const fromFile = { tokens: "t.yaml", tlsCert: "a.pem", tlsKey: "a.key", insecure: true };
    expect(serveSettings({}, FILE).guard).toEqual({ ...fromFile, tlsSelfSigned: false });
    expect(serveSettings({ tokens: "u.yaml" }, FILE).guard).toMatchObject({ ...fromFile, tokens: "u.yaml" });
    expect(serveSettings({}).guard).toMatchObject({ insecure: false, tlsSelfSigned: false });
  });

  it("has one certificate: that of a flag replaces all that the file says of it", () => {
    const none = { tlsCert: undefined, tlsKey: undefined };
    expect(serveSettings({ tlsSelfSigned: true }, FILE).guard).toMatchObject({
      ...none,
      tlsSelfSigned: true,
    });
    const own = serveSettings({ tlsCert: "b.pem", tlsKey: "b.key" }, { server: { tls_self_signed: true } });
    expect(own.guard).toMatchObject({ tlsCert: "b.pem", tlsKey: "b.key", tlsSelfSigned: false });
  });

  it("cannot change while the server runs, but for what the named files hold", () => {
    const running = serveSettings({}, FILE);
    expect(changedAtStartOnly(running, serveSettings({}, FILE))).toEqual([]);
    const wanted = serveSettings({}, { server: { tokens: "u.yaml", tls_self_signed: true } });
    expect(changedAtStartOnly(running, wanted)).toEqual(
      ["tokens", "insecure", "tls_cert", "tls_key", "tls_self_signed"].map((key) => ["server", key]),
    );
  });
});
