import { ROWS } from "./rows.ts";

/** What one panel shows. */
export interface PanelSpec {
  readonly title: string;
  /** `stat`: the last value. `timeline`: states over time. */
  readonly as?: "lines" | "stat" | "timeline";
  /** A unit of Grafana: `s`, `bytes`, `percentunit`, `short`, `ops`. */
  readonly unit?: string;
  readonly description?: string;
  /** Expressions of Prometheus, each with the name of what it gives. */
  readonly shows: readonly (readonly [expression: string, legend: string])[];
  /** Of 24. */
  readonly width?: number;
  /** Texts for values. */
  readonly words?: Readonly<Record<string, { readonly text: string; readonly color: string }>>;
}

/** Panels under one heading. */
export interface RowSpec {
  readonly title: string;
  readonly panels: readonly PanelSpec[];
}

const WIDTH = 24;
const HEIGHT = 7;
const SOURCE = { type: "prometheus", uid: "$datasource" } as const;

/** The dashboard, as Grafana 10 and later imports it. */
export function dashboard() {
  return {
    title: "thinkalong",
    uid: "thinkalong",
    description: "What a thinkalong server does. Its docs/metrics.md says what each metric means.",
    tags: ["thinkalong", "video"],
    schemaVersion: 39,
    version: 1,
    editable: true,
    graphTooltip: 1,
    refresh: "30s",
    time: { from: "now-3h", to: "now" },
    timezone: "browser",
    templating: { list: VARIABLES },
    annotations: { list: [] },
    links: [],
    panels: placed(),
  };
}

/** What the person who looks may choose. */
const VARIABLES = [
  {
    ...{ name: "datasource", label: "Data source", type: "datasource", query: "prometheus" },
    ...{ current: {}, hide: 0, includeAll: false, multi: false, options: [], refresh: 1, regex: "" },
  },
  choice("job", "Job", "label_values(thinkalong_build_info, job)", false),
  choice("instance", "Server", 'label_values(thinkalong_build_info{job="$job"}, instance)', true),
  choice(
    "stream",
    "Stream",
    'label_values(thinkalong_frames_total{job="$job", instance=~"$instance"}, stream)',
    true,
  ),
];

function choice(name: string, label: string, query: string, many: boolean) {
  return {
    ...{ name, label, type: "query", datasource: SOURCE, definition: query },
    query: { query, refId: `Variable-${name}`, qryType: 1 },
    ...{ hide: 0, includeAll: many, multi: many, options: [], refresh: 2, regex: "", sort: 1 },
    current: many ? { selected: true, text: ["All"], value: ["$__all"] } : {},
    ...(many && { allValue: ".*" }),
  };
}

/** All panels from top to bottom, each under its heading. */
function placed(): object[] {
  const panels: object[] = [];
  let [id, y] = [1, 0];
  for (const { title, panels: specs } of ROWS) {
    panels.push({
      ...{ id: id++, type: "row", title, collapsed: false, panels: [] },
      gridPos: { x: 0, y: y++, w: WIDTH, h: 1 },
    });
    let x = 0;
    for (const spec of specs) {
      const { width: w = WIDTH / 3 } = spec;
      if (x + w > WIDTH) [x, y] = [0, y + HEIGHT];
      panels.push({ id: id++, gridPos: { x, y, w, h: HEIGHT }, ...panel(spec) });
      x += w;
    }
    y += HEIGHT;
  }
  return panels;
}

function panel({ title, as = "lines", unit = "short", description = "", shows, words = {} }: PanelSpec) {
  const mappings = Object.entries(words).map(([value, { text, color }], index) => ({
    type: "value",
    options: { [value]: { text, color, index } },
  }));
  const targets = shows.map(([expr, legendFormat], i) => ({
    ...{ refId: String.fromCharCode(65 + i), datasource: SOURCE, editorMode: "code", range: true },
    ...{ expr, legendFormat },
  }));
  const common = { title, description, datasource: SOURCE, targets };
  switch (as) {
    case "stat":
      return {
        ...{ ...common, type: "stat" },
        fieldConfig: {
          defaults: { unit, mappings, color: { mode: "thresholds" }, thresholds: PLAIN },
          overrides: [],
        },
        options: {
          reduceOptions: { calcs: ["lastNotNull"], fields: "", values: false },
          ...{ colorMode: "value", graphMode: "area", textMode: "auto", orientation: "auto" },
        },
      };
    case "timeline":
      return {
        ...{ ...common, type: "state-timeline" },
        fieldConfig: {
          defaults: {
            mappings,
            color: { mode: "thresholds" },
            custom: { fillOpacity: 80, lineWidth: 0 },
            thresholds: PLAIN,
          },
          overrides: [],
        },
        options: {
          mergeValues: true,
          showValue: "never",
          alignValue: "left",
          legend: { showLegend: true, displayMode: "list", placement: "bottom" },
        },
      };
    case "lines":
      return {
        ...{ ...common, type: "timeseries" },
        fieldConfig: {
          defaults: {
            unit,
            min: 0,
            color: { mode: "palette-classic" },
            custom: { lineWidth: 1, fillOpacity: 8, showPoints: "never" },
          },
          overrides: [],
        },
        options: {
          tooltip: { mode: "multi", sort: "desc" },
          legend: { showLegend: true, displayMode: "list", placement: "bottom", calcs: [] },
        },
      };
  }
}

/** No value is better than another by itself. */
const PLAIN = { mode: "absolute", steps: [{ color: "green", value: null }] };
