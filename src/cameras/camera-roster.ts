import { availableParallelism } from "node:os";
import { isDeepStrictEqual } from "node:util";
import type { DescribedVideo, NetworkPolicy } from "../ingest/mod.ts";
import { ProtocolError } from "../protocol/mod.ts";
import type { StateFile } from "../state/mod.ts";
import { cameraSource, type Source, type StreamRegistry } from "../streams/mod.ts";
import { requireAllowed } from "./api-urls.ts";
import { Camera, type CameraStatus, type ReopenWaits } from "./camera.ts";
import { type CameraEntry, settingsOf } from "./camera-schema.ts";
import { DecodingLoad } from "./decoding-load.ts";
import { CameraError } from "./errors.ts";

/** Cameras by name. */
export type Cameras = ReadonlyMap<string, CameraEntry>;

export interface CameraRosterOptions {
  readonly streams: StreamRegistry;
  /** Where cameras are kept that are made over the API; null: nowhere, so they are gone with the process. */
  readonly state: StateFile<CameraEntry> | null;
  /** What cameras that are made over the API may reach. Default: public addresses only. */
  readonly network?: NetworkPolicy;
  /**
   * Default: what an entry asks for.
   *
   * @param network what it may reach; undefined: everything
   * @param onVideo to be told what its video is, whenever it is connected to
   */
  readonly sourceOf?: (
    entry: CameraEntry,
    network: NetworkPolicy | undefined,
    onVideo: (video: DescribedVideo) => void,
  ) => Source;
  /** Cores that this machine has for decoding: above them, it is told. Default: all. */
  readonly cores?: number;
  readonly waits?: ReopenWaits;
  /** Told when something is wrong with a camera, or with the file of those made over the API (null). */
  readonly onTrouble: (camera: string | null, message: string) => void;
  /** Told of a fault of the server itself, and of the camera at which it came to light. */
  readonly onFault: (error: unknown, camera: string) => void;
}

/** A camera as whoever runs the server sees it. */
export interface ListedCamera {
  readonly name: string;
  /** `config`: whoever runs the server has given it. `api`: it was made over the API. */
  readonly origin: "config" | "api";
  readonly entry: CameraEntry;
  readonly status: CameraStatus;
}

/** One camera of the roster. */
export interface RosteredCamera extends ListedCamera {
  /** Its stream, open or ended; null before the first. */
  readonly stream: Camera["stream"];
  /** Whether no other stream follows unless it is changed. */
  readonly isOver: boolean;
}

/** What a new configuration has changed, by the cameras' names. */
export interface RosterChange {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly changed: readonly string[];
  readonly unchanged: readonly string[];
}

/**
 * The cameras that a server watches by itself: those that it is given, and those that are made over the API. Each one is
 * a stream in the registry, under its name. Of two with one name the given one counts.
 *
 * @example
 * const roster = new CameraRoster({ streams, state: null, onTrouble, onFault });
 * await roster.restore();
 * await roster.load(new Map([["door", { url: "rtsp://door.local/live" }]]));
 * roster.get("door")?.status.state // "connecting"
 */
export class CameraRoster {
  private given: Cameras = new Map();
  private made: Cameras = new Map();
  private readonly cameras = new Map<string, Camera>();
  /** Those that may reach what the policy allows only, because they are open for somebody over the API. */
  private readonly guarded = new Set<string>();
  private turn: Promise<unknown> = Promise.resolve();
  private isClosed = false;
  private readonly decoding: DecodingLoad;

  constructor(private readonly options: CameraRosterOptions) {
    const { cores = availableParallelism(), onTrouble } = options;
    this.decoding = new DecodingLoad(cores, (message) => onTrouble(null, message));
  }

  /** All cameras, in the order in which they were given and made. */
  list(): RosteredCamera[] {
    return [...this.wanted()].map(([name, entry]) => this.describe(name, entry));
  }

  get(name: string): RosteredCamera | undefined {
    const entry = this.wanted().get(name);
    return entry && this.describe(name, entry);
  }

  /** Opens what was made over the API before the server was started. What is wrong with its file is told, not thrown. */
  restore(): Promise<RosterChange> {
    return this.inTurn(async () => {
      const { entries, warning } = (await this.options.state?.read()) ?? {
        entries: new Map(),
        warning: null,
      };
      if (warning !== null) this.options.onTrouble(null, warning);
      this.made = entries;
      return this.settle();
    });
  }

  /**
   * Takes what whoever runs the server has given, in place of what was given before. What is the same goes on as it is.
   *
   * @throws {CameraProblems} with all that is wrong; then nothing has changed
   */
  load(given: Cameras): Promise<RosterChange> {
    return this.inTurn(async () => {
      this.requireGood(given);
      this.given = given;
      return this.settle();
    });
  }

  /**
   * Makes a camera, as somebody over the API asks for it. It is there again after a restart.
   *
   * @throws {CameraError} `camera_exists`, `camera_refused`, `too_many_cameras` or `url_refused`; {StateError}
   */
  add(name: string, entry: CameraEntry): Promise<RosteredCamera> {
    return this.inTurn(async () => {
      if (this.wanted().has(name) || this.options.streams.get(name) !== undefined)
        throw new CameraError("camera_exists", `There is a stream ${name} already. Choose another name.`);
      await this.keep(name, entry, new Map([...this.made, [name, entry]]));
      return this.get(name)!;
    });
  }

  /**
   * Changes a camera that was made over the API. Its stream is ended, and another one is opened in its place.
   *
   * @param change gives its new entry from the one that it has
   * @throws {CameraError} `camera_not_found`, `camera_fixed`, and as `add` does
   */
  change(name: string, change: (entry: CameraEntry) => CameraEntry): Promise<RosteredCamera> {
    return this.inTurn(async () => {
      const entry = change(this.requireMade(name, "changed"));
      await this.keep(name, entry, new Map([...this.made, [name, entry]]));
      return this.get(name)!;
    });
  }

  /** @throws {CameraError} `camera_not_found` or `camera_fixed`; {StateError} */
  remove(name: string): Promise<void> {
    return this.inTurn(async () => {
      this.requireMade(name, "deleted");
      const made = new Map(this.made);
      made.delete(name);
      await this.options.state?.write(made);
      this.made = made;
      this.settle();
    });
  }

  /** Lets all cameras finish what they have seen, for so long at the most (ms), and ends them. */
  async close(timeLeftMs: number): Promise<void> {
    this.isClosed = true;
    this.decoding.close();
    await this.turn;
    const closeAll = () => {
      for (const camera of this.cameras.values()) camera.close("going_away");
    };
    const timeIsUp = setTimeout(closeAll, timeLeftMs);
    await Promise.all([...this.cameras.values()].map((camera) => camera.drain()));
    clearTimeout(timeIsUp);
    closeAll();
    await this.options.state?.close();
  }

  private get network(): NetworkPolicy {
    return this.options.network ?? {};
  }

  /** The cameras that there should be. */
  private wanted(): Cameras {
    return new Map([...this.given, ...[...this.made].filter(([name]) => !this.given.has(name))]);
  }

  private describe(name: string, entry: CameraEntry): RosteredCamera {
    const camera = this.cameras.get(name);
    return {
      name,
      origin: this.given.has(name) ? "config" : "api",
      entry,
      status: camera?.status ?? { state: "disabled", message: null, restarts: 0 },
      stream: camera?.stream ?? null,
      isOver: camera?.isOver ?? true,
    };
  }

  private async keep(name: string, entry: CameraEntry, made: Cameras): Promise<void> {
    await requireAllowed(entry.url, this.network);
    const problem = this.refusal(name, entry);
    if (problem !== null) throw problem;
    const enabled = [...new Map([...made, ...this.given]).values()].filter(isEnabled).length;
    if (isEnabled(entry)) this.requireRoom(enabled);
    await this.options.state?.write(made);
    this.made = made;
    this.settle();
  }

  private requireMade(name: string, what: string): CameraEntry {
    if (this.given.has(name))
      throw new CameraError(
        "camera_fixed",
        `The camera ${name} stands in the server's own configuration, so it cannot be ${what} over the API. Change it there.`,
      );
    const entry = this.made.get(name);
    if (entry === undefined)
      throw new CameraError("camera_not_found", `There is no camera ${name}. GET /v1/streams lists them.`);
    return entry;
  }

  private requireGood(given: Cameras): void {
    const problems = [...given]
      .map(([name, entry]) => this.refusal(name, entry))
      .filter((each) => each !== null);
    try {
      this.requireRoom([...given.values()].filter(isEnabled).length);
    } catch (error) {
      if (!(error instanceof CameraError)) throw error;
      problems.push(error);
    }
    if (problems.length > 0) throw new CameraProblems(problems);
  }

  /** What is wrong with the settings of a camera on this model; null: nothing. */
  private refusal(name: string, entry: CameraEntry): CameraError | null {
    try {
      this.options.streams.check(settingsOf(entry));
      return null;
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      const key = error.param?.replace(/^session\./, "") ?? null;
      return new CameraError("camera_refused", error.message.replaceAll("session.", ""), {
        camera: name,
        key,
        cause: error,
      });
    }
  }

  private requireRoom(cameras: number): void {
    const { maxCameras } = this.options.streams;
    if (cameras <= maxCameras) return;
    throw new CameraError(
      "too_many_cameras",
      `There are ${cameras} cameras, and this server takes ${maxCameras}. Raise limits.max_cameras (--max-cameras), or disable some.`,
    );
  }

  /** Opens, changes and closes cameras until they are those that there should be. */
  private settle(): RosterChange {
    if (this.isClosed) return { added: [], removed: [], changed: [], unchanged: [] };
    const wanted = this.wanted();
    const removed = [...this.cameras.keys()].filter((name) => !wanted.has(name));
    for (const name of removed) {
      this.cameras.get(name)!.close("completed");
      this.cameras.delete(name);
      this.decoding.forget(name);
    }
    const done = { added: [] as string[], removed, changed: [] as string[], unchanged: [] as string[] };
    for (const [name, entry] of wanted) {
      const camera = this.cameras.get(name);
      if (camera === undefined) {
        this.start(name, entry);
        done.added.push(name);
      } else if (this.guarded.has(name) === this.given.has(name)) {
        camera.close("completed");
        this.start(name, entry);
        done.changed.push(name);
      } else if (isDeepStrictEqual(camera.entry, entry)) {
        done.unchanged.push(name);
      } else {
        camera.change(entry);
        done.changed.push(name);
      }
    }
    return done;
  }

  private start(name: string, entry: CameraEntry): void {
    const { streams, sourceOf = sourceOfEntry, waits, onTrouble, onFault } = this.options;
    const network = this.given.has(name) ? undefined : this.network;
    if (network === undefined) this.guarded.delete(name);
    else this.guarded.add(name);
    const camera = new Camera({
      ...{ name, entry, streams, waits },
      onFault: (error) => onFault(error, name),
      sourceOf: (wanted) => {
        this.decoding.forget(name);
        return sourceOf(wanted, network, (video) =>
          this.decoding.saw(name, { ...video, ...decodingOf(wanted) }),
        );
      },
      onTrouble: (message) => onTrouble(name, message),
    });
    this.cameras.set(name, camera);
    camera.start();
  }

  /** One change after the other, whoever asks for them. */
  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.turn.then(work);
    this.turn = done.catch(() => {});
    return done;
  }
}

/** All that is wrong with the cameras that a server was given. */
export class CameraProblems extends Error {
  override readonly name = "CameraProblems";

  constructor(readonly problems: readonly CameraError[]) {
    super(
      problems
        .map(({ camera, key, message }) =>
          [camera, key]
            .filter(Boolean)
            .join(".")
            .concat(camera ? ": " : "", message),
        )
        .join("\n"),
    );
  }
}

function isEnabled({ enabled }: CameraEntry): boolean {
  return enabled !== false;
}

/** The mask is the stream's, which lays it over all that it sees. */
function sourceOfEntry(
  entry: CameraEntry,
  network: NetworkPolicy | undefined,
  onVideo: (video: DescribedVideo) => void,
): Source {
  const { url, transport, interval, input_fps: inputFps, loop, watch } = entry;
  const intervalMs = interval === undefined ? undefined : 1000 * interval;
  return cameraSource({
    ...{ url, transport, interval: intervalMs, inputFps, loop, watch, network, onVideo },
    ...decodingOf(entry),
  });
}

function decodingOf({ decode, hwaccel }: CameraEntry) {
  return { decode, hwaccel };
}
