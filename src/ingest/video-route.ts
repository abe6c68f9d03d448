import type { IngestError } from "./errors.ts";
import {
  guardedFetch,
  HttpRelay,
  NetworkGuard,
  type NetworkPolicy,
  parseUrl,
  RelayReport,
  RtspRelay,
} from "./network/mod.ts";
import type { Fetch } from "./sends-pictures.ts";
import { FORMATS, guards, resolveVideoInput, type VideoInput, withoutCredentials } from "./video-input.ts";

/** How ffmpeg gets to a video: straight, or through a relay that checks every address. */
export interface VideoRoute {
  readonly input: VideoInput;
  /** The file or URL that was asked for. */
  readonly address: string;
  /** Fetches as this route allows it. */
  readonly fetch: Fetch;
  /** Aborted, with an `IngestError` as the reason, once something was to be reached that is not allowed. */
  readonly refused: AbortSignal;
  /** The last failure on the way that ffmpeg cannot know of; null: there was none. */
  readonly trouble: IngestError | null;
  /** Ends what belongs to the route. ffmpeg should be gone by then. */
  close(): Promise<void>;
}

/** No protocol with which ffmpeg could connect past the relay: `tcp` is what HTTP is opened over, to the proxy. */
const RELAYED_HTTP = guards("http,tcp,crypto", FORMATS);
const RELAYED_RTSP = [
  ...guards("rtsp,tcp", [...FORMATS.filter((format) => !/^(hls|applehttp|dash)$/.test(format)), "rtsp"]),
  ...["-rtsp_transport", "tcp", "-reorder_queue_size", "2"],
];

/**
 * Finds the way to a video. Close it when the video is over.
 *
 * @param network what it may reach; undefined: everything, also files, and there is no relay
 * @throws {IngestError} as `resolveVideoInput` does, or `address_forbidden`, `option_out_of_range`
 */
export async function openRoute(address: string, network: NetworkPolicy | undefined): Promise<VideoRoute> {
  return network === undefined ? await straight(address) : await relayed(address, network);
}

async function straight(address: string): Promise<VideoRoute> {
  const input = await resolveVideoInput(address);
  const refused = new AbortController().signal;
  return { input, address, fetch, refused, trouble: null, close: async () => {} };
}

async function relayed(address: string, network: NetworkPolicy): Promise<VideoRoute> {
  const guard = new NetworkGuard(network);
  const url = parseUrl(address);
  guard.destination(url);
  const report = new RelayReport();
  const common = { label: withoutCredentials(address), remote: true, type: null };
  const isRtsp = url.protocol.startsWith("rtsp");
  const relay = isRtsp ? await RtspRelay.open(url, guard, report) : await HttpRelay.open(guard, report);
  const input: VideoInput =
    relay instanceof RtspRelay
      ? { ...common, url: relay.url, options: RELAYED_RTSP, live: true, env: environment({}) }
      : {
          ...common,
          url: relay.aliasOf(url),
          options: ["-http_proxy", relay.proxy, ...RELAYED_HTTP],
          live: false,
          env: environment({ http_proxy: relay.proxy }),
          reveal: (text) => relay.reveal(text),
        };
  return {
    input,
    address: url.href,
    fetch: (wanted, options) => guardedFetch(wanted, network, options),
    refused: report.refused,
    get trouble() {
      return report.trouble;
    },
    close: () => relay.close(),
  };
}

/** With `no_proxy` ffmpeg would connect to some hosts past the proxy. */
function environment(more: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(no|http|https|all)_proxy$/i.test(name));
  return { ...Object.fromEntries(kept), ...more };
}
