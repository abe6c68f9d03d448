import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseSync } from "vite";

/** A node of a syntax tree (ESTree with TypeScript), as far as it is looked at here. */
interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [key: string]: unknown;
}

/** Something that one module declares, with its text; `id` is unique in the package. */
export interface Declaration {
  readonly id: string;
  readonly name: string;
  readonly text: string;
  /** Whether JavaScript sees it: a constant, a function or a class. */
  readonly isValue: boolean;
  readonly uses: Uses;
}

/** What the text of a declaration names. */
export interface Uses {
  /** Types that the package declares. */
  readonly types: readonly Declaration[];
  /** Constants whose type it takes (`typeof`). */
  readonly constants: readonly Declaration[];
  /** Packages from elsewhere whose types it names. */
  readonly packages: readonly string[];
}

/** The declaration files that the compiler has written to a folder, and who exports what in them. */
export class Declarations {
  private readonly modules = new Map<string, Module>();

  constructor(private readonly dir: string) {}

  /** What a module exports, by its exported name; `entry` is relative to the folder. */
  exportsOf(entry: string): Map<string, Declaration> {
    const module = this.module(join(this.dir, entry));
    const found = new Map<string, Declaration>();
    for (const name of module.exportedNames()) {
      const declaration = module.exported(name);
      if (declaration === null) throw new Error(`${entry} exports ${name}, which nobody declares.`);
      found.set(name, declaration);
    }
    return found;
  }

  module(path: string): Module {
    const known = this.modules.get(path);
    if (known) return known;
    const module = new Module(path, (specifier) =>
      this.module(join(dirname(path), specifier.replace(/\.(ts|js)$/, ".d.ts"))),
    );
    this.modules.set(path, module);
    return module;
  }
}

interface Import {
  readonly from: string;
  readonly name: string;
}

class Module {
  private readonly text: string;
  private readonly declared = new Map<string, Node>();
  private readonly imported = new Map<string, Import>();
  /** Exported name to the name in this module, or to one of another module. */
  private readonly named = new Map<string, string | Import>();
  private readonly whole: string[] = [];
  private readonly made = new Map<string, Declaration>();

  constructor(
    private readonly path: string,
    private readonly other: (specifier: string) => Module,
  ) {
    this.text = readFileSync(path, "utf8");
    const { program, errors } = parseSync(path, this.text, { lang: "dts" });
    if (errors.length > 0) throw new Error(`${path}: ${errors[0]!.message}`);
    for (const statement of program.body as unknown as Node[]) this.read(statement);
  }

  exportedNames(): Set<string> {
    const names = new Set(this.named.keys());
    for (const specifier of this.whole)
      for (const name of this.other(specifier).exportedNames()) names.add(name);
    return names;
  }

  exported(name: string): Declaration | null {
    const target = this.named.get(name);
    if (typeof target === "string") return this.resolve(target);
    if (target) return this.other(target.from).exported(target.name);
    for (const specifier of this.whole) {
      const found = this.other(specifier).exported(name);
      if (found) return found;
    }
    return null;
  }

  /** What a name means inside this module: a declaration of the package, or null. */
  private resolve(name: string): Declaration | null {
    const node = this.declared.get(name);
    if (node) return this.declaration(name, node);
    const source = this.imported.get(name);
    return source && isRelative(source.from) ? this.other(source.from).exported(source.name) : null;
  }

  private declaration(name: string, node: Node): Declaration {
    const known = this.made.get(name);
    if (known) return known;
    const module = this;
    const declaration: Declaration = {
      id: `${this.path}#${name}`,
      name,
      text: this.text.slice(node.start, node.end).replace(PRIVATE, ""),
      isValue: !/^TS(Interface|TypeAlias)/.test(node.type),
      get uses() {
        return module.usesOf(node);
      },
    };
    this.made.set(name, declaration);
    return declaration;
  }

  private usesOf(node: Node): Uses {
    const types: Declaration[] = [];
    const constants: Declaration[] = [];
    const packages: string[] = [];
    for (const { name, from } of namesIn(node)) {
      const source = from ?? this.imported.get(name)?.from;
      const found = from && isRelative(from) ? this.other(from).exported(name) : this.resolve(name);
      if (found) (found.isValue && !isClass(found) ? constants : types).push(found);
      else if (source && isRelative(source))
        throw new Error(`${this.path} names ${name}, which nobody declares.`);
      else if (source) packages.push(source);
    }
    return { types, constants, packages };
  }

  private read(statement: Node): void {
    const source = (statement.source as { value: string } | null | undefined)?.value;
    if (statement.type === "ImportDeclaration") {
      for (const each of statement.specifiers as Node[])
        this.imported.set(nameOf(each.local), { from: source!, name: nameOf(each.imported ?? each.local) });
    } else if (statement.type === "ExportAllDeclaration") {
      this.whole.push(source!);
    } else if (statement.type === "ExportNamedDeclaration" && statement.declaration) {
      for (const name of this.declare(statement.declaration as Node)) this.named.set(name, name);
    } else if (statement.type === "ExportNamedDeclaration") {
      for (const each of statement.specifiers as Node[]) {
        const local = nameOf(each.local);
        this.named.set(nameOf(each.exported), source ? { from: source, name: local } : local);
      }
    } else {
      this.declare(statement);
    }
  }

  private declare(node: Node): string[] {
    const declared = node.type === "VariableDeclaration" ? (node.declarations as Node[]) : [node];
    return declared.map((each) => {
      const name = nameOf(each.id);
      this.declared.set(name, node);
      return name;
    });
  }
}

/** Members that nobody outside can name; a private constructor is part of the face: it says that there is none. */
const PRIVATE = /^ +private (?!constructor).*;\n/gm;
const isClass = ({ text }: Declaration) => text.startsWith("declare class");
const isRelative = (specifier: string) => specifier.startsWith(".");

function nameOf(node: unknown): string {
  const { name, value } = node as { name?: string; value?: string };
  return name ?? value ?? "default";
}

/** Every type and every `typeof` that a declaration names, type parameters left out. */
function namesIn(node: Node): { name: string; from?: string }[] {
  const names: { name: string; from?: string }[] = [];
  const parameters = new Set<string>();
  const visit = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    if (Array.isArray(value)) {
      for (const each of value) visit(each);
      return;
    }
    const each = value as Node;
    if (each.type === "TSTypeParameter") parameters.add(nameOf(each.name));
    const named = NAMES[each.type] && (each[NAMES[each.type]!] as Node | null);
    if (named) names.push({ name: leftmost(named), ...(each.type === "TSImportType" && sourceOf(each)) });
    for (const part of Object.values(each)) visit(part);
  };
  visit(node);
  return names.filter(({ name, from }) => from !== undefined || !parameters.has(name));
}

/** Where the nodes that name something keep the name. */
const NAMES: Readonly<Record<string, string>> = {
  TSTypeReference: "typeName",
  TSTypeQuery: "exprName",
  TSInterfaceHeritage: "expression",
  TSClassImplements: "expression",
  ClassDeclaration: "superClass",
  TSImportType: "qualifier",
};

const sourceOf = (node: Node) => ({ from: (node.source as { value: string }).value });

function leftmost(node: Node): string {
  return node.type === "TSQualifiedName" ? leftmost(node.left as Node) : nameOf(node);
}
