import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { dashboard } from "../../../scripts/grafana/dashboard.ts";
import { metricsMarkdown } from "../../../src/server/metrics/docs-markdown.ts";
import { METRIC_ENTRIES } from "../../../src/server/metrics/metric-table.ts";
import { makeTempDir } from "../../support/media.ts";
import { hasPromtool, promtool } from "../../support/promtool.ts";

describe("what is made from the metrics", () => {
  const committed = (path: string) => readFile(new URL(`../../../${path}`, import.meta.url), "utf8");

  it("docs/metrics.md is up to date (npm run docs)", async () => {
    expect(await committed("docs/metrics.md")).toBe(metricsMarkdown());
  });

  it("docs/grafana/thinkalong.json is up to date (npm run docs)", async () => {
    expect(JSON.parse(await committed("docs/grafana/thinkalong.json"))).toEqual(dashboard());
  });

  it("the dashboard and the alerts ask for metrics and labels that there are", async () => {
    const labelsOf = new Map<string, readonly string[]>();
    for (const [, { name, kind, labels }] of METRIC_ENTRIES) {
      if (kind !== "histogram") labelsOf.set(name, labels);
      else for (const part of ["bucket", "sum", "count"]) labelsOf.set(`${name}_${part}`, [...labels, "le"]);
    }
    const { panels } = JSON.parse(await committed("docs/grafana/thinkalong.json")) as {
      panels: { type: string; targets?: { expr: string }[] }[];
    };
    const ofPanels = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
    const ofAlerts = [...(await committed("docs/metrics.md")).matchAll(/expr: (\|\n(?: {10}.*\n)+|.*)/g)].map(
      ([, expr]) => expr!,
    );
    expect(ofPanels.length).toBeGreaterThan(40);
    expect(ofAlerts.length).toBeGreaterThan(5);
    const asked = new Set<string>();
    for (const expr of [...ofPanels, ...ofAlerts]) {
      const uses = [...expr.matchAll(/\b((?:thinkalong|process|nodejs)_\w+)(?:\{([^}]*)\})?/g)];
      if (!/^up\b/.test(expr)) expect(uses.length, expr).toBeGreaterThan(0);
      for (const [, name, selector = ""] of uses) {
        asked.add(name!);
        expect(labelsOf.has(name!), `${name} of ${expr}`).toBe(true);
        for (const [, label] of selector.matchAll(/(\w+)\s*(?:=~|=|!=)/g))
          expect([...labelsOf.get(name!)!, "job", "instance"], `${label} of ${expr}`).toContain(label);
      }
      for (const [, grouped] of expr.matchAll(/\bby \(([^)]*)\)/g))
        for (const label of grouped!.split(",").map((each) => each.trim()))
          expect(
            uses.some(([, name]) => [...labelsOf.get(name!)!, "job", "instance"].includes(label)),
            `${label} of ${expr}`,
          ).toBe(true);
    }
    // Each topic of the metrics is on the dashboard.
    for (const [, { name, kind }] of METRIC_ENTRIES.filter(([, { kind }]) => kind === "histogram"))
      expect([...asked], kind).toContain(`${name}_bucket`);
  });
});

describe.skipIf(!hasPromtool)("what is given to Prometheus and Grafana, as promtool reads it", () => {
  it("are alerts and expressions that are valid", async () => {
    const docs = await readFile(new URL("../../../docs/metrics.md", import.meta.url), "utf8");
    const blocks = [...docs.matchAll(/^```yaml\n(.*?)^```$/gms)].map(([, text]) => text!);
    const alerts = blocks.find((text) => text.includes("alert:"))!;
    const ofPanels = dashboard().panels.flatMap(
      (panel) => (panel as { targets?: { expr: string }[] }).targets?.map(({ expr }) => expr) ?? [],
    );
    const plain = (expr: string) =>
      expr.replaceAll("$__rate_interval", "5m").replace(/\$(job|instance|stream)/g, ".*");
    const rules = ofPanels.map((expr, i) => ({ record: `panel:number_${i}`, expr: plain(expr) }));
    const dir = await makeTempDir();
    try {
      const check = async (name: string, text: string) => {
        await writeFile(join(dir.path, name), text);
        return promtool(["check", "rules", join(dir.path, name)]);
      };
      expect(await check("alerts.yml", alerts)).toBe("");
      expect(await check("panels.yml", stringify({ groups: [{ name: "panels", rules }] }))).toBe("");
      expect(await check("wrong.yml", alerts.replace("== 0", "=== 0"))).not.toBe("");
      const config = blocks.find((text) => text.includes("scrape_configs:"))!;
      const token = join(dir.path, "token");
      await writeFile(token, "secret");
      const local = config.replace("/etc/prometheus/thinkalong-token", token);
      await writeFile(join(dir.path, "prometheus.yml"), local);
      expect(promtool(["check", "config", join(dir.path, "prometheus.yml")])).toBe("");
    } finally {
      await dir.remove();
    }
  });
});
