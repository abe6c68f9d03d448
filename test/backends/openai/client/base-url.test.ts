import { describe, expect, it } from "vitest";
import { parseBaseUrl } from "../../../../src/backends/openai/client/base-url.ts";

describe("parseBaseUrl", () => {
  it.each([
    ["http://127.0.0.1:8080", "http://127.0.0.1:8080/v1/models"],
    ["127.0.0.1:8080/", "http://127.0.0.1:8080/v1/models"],
    ["gpu-box:8080", "http://gpu-box:8080/v1/models"],
    ["http://box/v1", "http://box/v1/models"],
    ["http://box/v1/", "http://box/v1/models"],
    ["https://api.example.com/api/v1", "https://api.example.com/api/v1/models"],
    ["https://api.example.com/v1beta/openai/", "https://api.example.com/v1beta/openai/models"],
    ["http://box/llm", "http://box/llm/v1/models"],
    ["http://box/v1/chat/completions", "http://box/v1/models"],
    ["https://box/openai/v1?api-version=7", "https://box/openai/v1/models?api-version=7"],
  ])("%s", (text, models) => {
    expect(parseBaseUrl(text, null).at("models")).toBe(models);
  });

  it("knows what lies beside the API", () => {
    expect(parseBaseUrl("http://box/llm/v1", null).beside("props")).toBe("http://box/llm/props");
    expect(parseBaseUrl("http://box", null).beside("props")).toBe("http://box/props");
  });

  it("sends a user and a password as HTTP Basic, and a key before them", () => {
    const basic = Buffer.from("me:p@ss").toString("base64");
    expect(parseBaseUrl("http://me:p%40ss@box", null).headers).toEqual({ authorization: `Basic ${basic}` });
    expect(parseBaseUrl("http://me:p%40ss@box", "key").headers).toEqual({ authorization: "Bearer key" });
    expect(parseBaseUrl("http://box", null).headers).toEqual({});
  });

  it("shows and repeats no secret", () => {
    const url = parseBaseUrl("http://me:p%40ss@box/v1?token=0123456789abcdef", 'k"ey');
    expect(url.label).toBe("http://box/v1");
    const basic = Buffer.from("me:p@ss").toString("base64");
    const said = `p@ss p%40ss k"ey k\\"ey ${basic} 0123456789abcdef`;
    expect(url.secrets.excerpt(said)).toBe(Array(6).fill("[hidden]").join(" "));
    expect(() => parseBaseUrl("http://me:p@ss@:99999999/", null)).toThrow(/^The base URL is no http/);
  });
});
