import { IngestError } from "./errors.ts";
import type { Fetch } from "./http-address.ts";
import {
  guardedFetch,
  HttpRelay,
  NetworkGuard,
  type NetworkPolicy,
  parseUrl,
  RelayReport,
  RtspRelay,
} from "./network/mod.ts";
import {
  FORMATS,
  guards,
  type ResolveOptions,
  resolveVideoInput,
  SELF_CONTAINED,
  type VideoInput,
  withoutCredentials,
} from "./video-input.ts";

export interface RouteOptions extends ResolveOptions {
  /** What may be reached. Default: everything, also files, and there is no relay. */
  readonly network?: NetworkPolicy | undefined;
}

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
  ...guards("rtsp,tcp", [...SELF_CONTAINED, "rtsp"]),
  ...["-rtsp_transport", "tcp", "-reorder_queue_size", "2"],
];

/**
 * Finds the way to a video. Close it when the video is over.
 *
 * @throws {IngestError} as `resolveVideoInput` does, or `address_forbidden`, `option_out_of_range`
 */
export async function openRoute(address: string, options: RouteOptions = {}): Promise<VideoRoute> {
  const { network } = options;
  return network === undefined
    ? await straight(address, options)
    : await relayed(address, { ...options, network });
}

/**
 * Looks at what an address names, and opens nothing. With a policy it looks at no file either.
 *
 * @throws {IngestError} as {@link openRoute} does; a name is not resolved yet
 */
export async function allowedInput(address: string, options: RouteOptions = {}): Promise<VideoInput> {
  const { network, transport } = options;
  if (network !== undefined) requireRelayed(new NetworkGuard(network), address, transport);
  return await resolveVideoInput(address, options);
}

/** Fetches what may be reached. */
export function fetchWithin(network: NetworkPolicy | undefined): Fetch {
  return (url, options) => guardedFetch(url, network, options);
}

async function straight(address: string, options: ResolveOptions): Promise<VideoRoute> {
  const input = await resolveVideoInput(address, options);
  const refused = new AbortController().signal;
  return { input, address, fetch: fetchWithin(undefined), refused, trouble: null, close: async () => {} };
}

/** A URL to which a relay leads, if it is allowed. */
function requireRelayed(guard: NetworkGuard, address: string, transport: ResolveOptions["transport"]): URL {
  const url = parseUrl(address);
  guard.destination(url);
  if (transport === "udp" && url.protocol.startsWith("rtsp")) {
    const message = `${withoutCredentials(address)} cannot be read over UDP here: where addresses are checked, video comes over the connection that was checked. Leave out transport, or set it to tcp.`;
    throw new IngestError("option_out_of_range", message);
  }
  return url;
}

async function relayed(
  address: string,
  { network, transport }: RouteOptions & { readonly network: NetworkPolicy },
): Promise<VideoRoute> {
  const guard = new NetworkGuard(network);
  const url = requireRelayed(guard, address, transport);
  const report = new RelayReport();
  const common = {
    label: withoutCredentials(address),
    remote: true,
    reopens: true,
    listens: false,
    needs: null,
    type: null,
  };
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
    fetch: fetchWithin(network),
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
