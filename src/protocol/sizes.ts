/** Most characters of an id that a client gives. */
export const MAX_ID_CHARS = 512;

/** Most characters of a question, all of its parts together. No model takes as many tokens. */
export const MAX_QUESTION_CHARS = 4096;

/** Most characters of the instructions. They are in every prompt. */
export const MAX_INSTRUCTION_CHARS = 4000;

/** Most characters of a text message, not counting a picture in base64. */
export const MAX_TEXT_CHARS = 64 * 1024;
