import { spawn, spawnSync } from "node:child_process";
import { join } from "node:path";
import { Program } from "../program.ts";

const script = join(import.meta.dirname, "gstreamer_camera.py");
const PACKAGES = "gir1.2-gst-rtsp-server-1.0 python3-gi gstreamer1.0-plugins-good";

// Debian's package belongs to Debian's Python, which need not be the first one.
const pythons = ["/usr/bin/python3", "python3"];
const imports =
  "import gi; gi.require_version('GstRtspServer', '1.0'); from gi.repository import GstRtspServer";
const python = pythons.find((each) => spawnSync(each, ["-c", imports]).status === 0);

/**
 * Whether tests can start GStreamer's RTSP server: `describe.skipIf(!hasGstreamer)`. Where `THINKALONG_NEED_GSTREAMER` is
 * set, as in CI, they are not skipped, and starting one fails.
 */
export const hasGstreamer: boolean = python !== undefined || Boolean(process.env.THINKALONG_NEED_GSTREAMER);

const missing = `GStreamer's RTSP server is not installed (Debian packages: ${PACKAGES}).`;
if (!hasGstreamer) console.warn(`${missing} The tests that need it are skipped.`);

/** A camera that is a real RTSP server: GStreamer's. It plays a file at its own pace. */
export class GstreamerCamera implements AsyncDisposable {
  private constructor(
    private readonly program: Program,
    readonly url: string,
  ) {}

  /**
   * @param path an MP4 file with H.264
   * @param port default: any free one
   */
  static async start(path: string, port = 0): Promise<GstreamerCamera> {
    if (!python) throw new Error(missing);
    // The pipe to its standard input stays open for as long as this process lives, and the camera for as long as that.
    const child = spawn(python, [script, path, String(port)], { stdio: ["pipe", "pipe", "pipe"] });
    child.stdin.on("error", () => {});
    const program = new Program(child);
    const [, url] = await program.says(/^listening (\S+)\n/m);
    return new GstreamerCamera(program, url!);
  }

  get port(): number {
    return Number(new URL(this.url).port);
  }

  /** Kills it at once, as a power cut does. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.program[Symbol.asyncDispose]();
  }
}
