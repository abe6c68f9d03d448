import { loadedSchema, type ModelList, modelsSchema, propsSchema } from "./answer-schemas.ts";
import type { Endpoint } from "./endpoint.ts";
import { RemoteError } from "./errors.ts";

/** What a server says of a model before it is asked anything. */
export interface ListedModel {
  /** Its name on that server. */
  readonly id: string;
  /** Tokens of a prompt and its answer together; null: the server does not say. */
  readonly contextTokens: number | null;
  /** Whether it takes pictures; null: the server does not say. */
  readonly takesImages: boolean | null;
}

const MOST_NAMES = 12;

/**
 * Finds a model on a server.
 *
 * @param wanted name of the model; null: the only one that the server has
 * @throws {RemoteError} also when the server does not have it; the message then lists those that it has
 */
export async function findModel(
  endpoint: Endpoint,
  wanted: string | null,
  signal: AbortSignal,
): Promise<ListedModel> {
  const list = await listModels(endpoint, wanted, signal);
  if (list === null)
    return { id: wanted!, contextTokens: await findContext(endpoint, wanted!, signal), takesImages: null };
  const found = wanted === null ? only(list, endpoint) : named(list, wanted, endpoint);
  const modalities = found.architecture?.input_modalities;
  return {
    id: found.id,
    contextTokens:
      found.meta?.n_ctx ?? found.max_model_len ?? (await findContext(endpoint, found.id, signal)),
    takesImages: modalities ? modalities.includes("image") : null,
  };
}

/**
 * Finds the context of a model where the list of models does not have it: older servers of llama.cpp say it of
 * themselves, and Ollama of the models that it has loaded.
 *
 * @returns tokens; null: not known
 */
export async function findContext(
  endpoint: Endpoint,
  model: string,
  signal: AbortSignal,
): Promise<number | null> {
  const props = propsSchema.safeParse(await lookBeside(endpoint, "props", signal));
  if (props.success) return props.data.default_generation_settings.n_ctx;
  const loaded = loadedSchema.safeParse(await lookBeside(endpoint, "api/ps", signal));
  return loaded.data?.models.find(({ name }) => name === model)?.context_length ?? null;
}

/** undefined: it is not there. */
async function lookBeside(endpoint: Endpoint, resource: string, signal: AbortSignal): Promise<unknown> {
  try {
    return await endpoint.look(endpoint.url.beside(resource), signal);
  } catch (error) {
    if (!(error instanceof RemoteError)) throw error;
    return undefined;
  }
}

/** null: the server has no list, so the name must do. */
async function listModels(
  endpoint: Endpoint,
  wanted: string | null,
  signal: AbortSignal,
): Promise<ModelList | null> {
  const { label } = endpoint.url;
  let body: unknown;
  try {
    body = await endpoint.look(endpoint.url.at("models"), signal);
  } catch (error) {
    const isAbsent = error instanceof RemoteError && (error.status === 404 || error.status === 405);
    if (!isAbsent) throw error;
    if (wanted !== null) return null;
    const text = `${label}/models is not there (${error.status}): this is no OpenAI-compatible server, or its API has another path.`;
    throw new RemoteError("remote_nonsense", text, { cause: error, status: error.status });
  }
  const models = modelsSchema.safeParse(body);
  if (!models.success) throw endpoint.nonsense(JSON.stringify(body));
  return models.data.data;
}

function only(list: ModelList, endpoint: Endpoint): ModelList[number] {
  if (list.length === 1) return list[0]!;
  const text =
    list.length === 0
      ? `${endpoint.url.label} has no model. Load one there.`
      : `${endpoint.url.label} has ${list.length} models. Name one of them: ${names(list)}.`;
  throw new RemoteError("remote_model_missing", text);
}

/** Ollama adds a tag to the names, Gemini a folder. */
function named(list: ModelList, wanted: string, endpoint: Endpoint): ModelList[number] {
  const found =
    list.find(({ id }) => id === wanted) ??
    list.find(({ id }) => id === `${wanted}:latest` || id === `models/${wanted}`);
  if (found) return found;
  const has = list.length === 0 ? "It has none." : `It has: ${names(list)}.`;
  const text = `${endpoint.url.label} has no model named ${wanted}. ${has}`;
  throw new RemoteError("remote_model_missing", text);
}

function names(list: ModelList): string {
  const shown = list.slice(0, MOST_NAMES).map(({ id }) => id.replaceAll(/\p{Cc}/gu, ""));
  return list.length > MOST_NAMES
    ? `${shown.join(", ")} and ${list.length - MOST_NAMES} more`
    : shown.join(", ");
}
