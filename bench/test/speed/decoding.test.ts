import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { makeTempDir } from "../../../test/support/media.ts";
import { MAIN } from "../../../test/support/program.ts";
import type { DecoderUse } from "../../speed/decoding/decoder-use.ts";
import type { ServerUse } from "../../speed/decoding/server-use.ts";
import { decoding } from "../../speed/experiments/decoding.ts";
import { expectWhole, runExperiment } from "../experiments.ts";

let dir: Awaited<ReturnType<typeof makeTempDir>>;
beforeEach(async () => {
  dir = await makeTempDir();
});
afterEach(() => dir.remove());

const SMALL = { width: 320, height: 180, codec: "h264", fps: 20 } as const;
const SIZES = {
  ...{ sizes: [SMALL], codecs: [SMALL.codec], rates: [SMALL.fps], common: SMALL, taken: [4] },
  ...{ clipSeconds: 0.5, keyframeSeconds: 0.5, seconds: 1, settleMs: 100, cameras: [1] },
};

// Linux alone tells the processor time of another process.
describe.skipIf(process.platform !== "linux")("the experiment decoding", () => {
  it("tells all frames from key frames, and what a server with cameras takes", async () => {
    const ran = await runExperiment(dir.path, decoding({ ...SIZES, program: [process.execPath, MAIN] }));
    expectWhole(ran);
    const { rows, servers } = ran.json.figures as {
      rows: (DecoderUse & { decode: string })[];
      servers: ServerUse[];
    };
    expect(rows.map(({ decode }) => decode)).toEqual(["all", "keyframes"]);
    const [all, keyframes] = rows;
    expect(all!.cores).toBeGreaterThan(0);
    expect(keyframes!.framesPerSecond).toBeLessThan(all!.framesPerSecond);
    expect(keyframes!.framesPerSecond).toBeGreaterThan(0);
    expect(servers[0]!.ffmpegMiB).toBeGreaterThan(10);
    expect(servers[0]!.serverCores).toBeGreaterThan(0);
  });

  it("says that the server must be built first", async () => {
    const run = runExperiment(dir.path, decoding({ ...SIZES, program: [`${dir.path}/main.js`] }));
    await expect(run).rejects.toMatchObject({ code: "server_not_built" });
  });
});
