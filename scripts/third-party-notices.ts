/**
 * Writes THIRD-PARTY-NOTICES.md: every package that npm may install with thinkalong, on any platform, with its licence.
 * It is read from package-lock.json, so that the file is the same on every machine. `npm run notices` runs it.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** A package as package-lock.json lists it. */
interface Locked {
  readonly version: string;
  readonly license?: string;
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

export interface InstalledPackage {
  readonly name: string;
  readonly version: string;
  readonly licence: string;
  /** `linux arm64`; empty for packages that are installed everywhere. */
  readonly platform: string;
}

const ROOT = new URL("../", import.meta.url);
const FILE = fileURLToPath(new URL("THIRD-PARTY-NOTICES.md", ROOT));
const NODE_MODULES = "node_modules/";

/** For packages that name no licence, or no usual one, in their manifest: what stands in their own files. */
const LICENCES: Readonly<Record<string, string>> = {
  async: "MIT",
  "@ffmpeg-installer/darwin-arm64": "ffmpeg's LICENSE.md",
};

/** The packages of the production tree, by name. */
export function installedPackages(): InstalledPackage[] {
  const lock = JSON.parse(readFileSync(new URL("package-lock.json", ROOT), "utf8")) as {
    readonly packages: Readonly<Record<string, Locked>>;
  };
  const found = new Map<string, Locked>();
  const visit = (path: string) => {
    const { dependencies, optionalDependencies, peerDependencies } = lock.packages[path]!;
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies })) {
      const place = placesOf(name, path).find((each) => lock.packages[each] !== undefined);
      // A peer that is optional may be nowhere.
      if (place === undefined || found.has(place)) continue;
      found.set(place, lock.packages[place]!);
      visit(place);
    }
  };
  visit("");
  return [...found]
    .map(([path, { version, license, os = [], cpu = [] }]) => {
      const name = path.slice(path.lastIndexOf(NODE_MODULES) + NODE_MODULES.length);
      const licence = LICENCES[name] ?? license?.replace(/^GPLv3$/, "GPL-3.0");
      if (licence === undefined)
        throw new Error(`${name} names no licence. Look it up and add it to LICENCES.`);
      const platform = cpu.length === 0 ? "" : `${os.join("/")} ${cpu.join("/")}`.trim();
      return { name, version, licence, platform };
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Where Node looks for a package that is needed by the one at `path`: there first, then further up. */
function placesOf(name: string, path: string): string[] {
  const places = [`${path === "" ? "" : `${path}/`}${NODE_MODULES}${name}`];
  if (path === "") return places;
  const above = path.lastIndexOf(`/${NODE_MODULES}`);
  return [...places, ...placesOf(name, above === -1 ? "" : path.slice(0, above))];
}

/** The whole file. */
export function thirdPartyNotices(): string {
  const packages = installedPackages();
  const width = (cells: readonly string[]) => Math.max(...cells.map((cell) => cell.length));
  const rows = packages.map(({ name, version, licence, platform }) => [name, version, licence, platform]);
  const all = [["package", "version", "licence", "only on"], ...rows];
  const widths = [0, 1, 2, 3].map((column) => width(all.map((row) => row[column]!)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column]!)).join(" | ")} |`;
  const table = [line(all[0]!), line(widths.map((each) => "-".repeat(each))), ...rows.map(line)].join("\n");
  return `${readFileSync(new URL("third-party-notices.head.md", import.meta.url), "utf8").trim()}\n\n${table}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(FILE, thirdPartyNotices());
