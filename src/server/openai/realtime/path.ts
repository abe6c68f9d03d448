/** The path of OpenAI's Realtime API. */
export const REALTIME_PATH = "/v1/realtime";
