/** The machine that an installation is for. */
export interface Machine {
  /** As Node names it. */
  readonly platform: NodeJS.Platform;
  /** As Node names it. */
  readonly arch: NodeJS.Architecture;
  /** On Linux, the C library that programs are built for: Debian and most others have glibc, Alpine has musl. Else null. */
  readonly libc: "gnu" | "musl" | null;
}

export function thisMachine(): Machine {
  const { platform, arch } = process;
  return { platform, arch, libc: platform === "linux" ? ownLibc() : null };
}

/** Node names the glibc that it runs with, and has no word for another one. */
function ownLibc(): "gnu" | "musl" {
  const { header } = process.report.getReport() as { readonly header: { glibcVersionRuntime?: string } };
  return header.glibcVersionRuntime === undefined ? "musl" : "gnu";
}
