/** The chapter of docs/protocol.md about coming back, and about watching a stream of somebody else. */
export const RESUMING = `## Coming back after a loss

Connections break: a phone changes its network, a laptop sleeps, a proxy restarts. That does not end a session. Its
stream goes on thinking about the pictures that have come, and waits for its client (\`resumeWindowMs\`, a minute by
default).

\`session.created\` has \`session.resume\`. A client that has lost its socket connects again within \`window_ms\`:

\`\`\`
/v1/stream?resume=u8lQ2bWm0Xn1yQZr5cTtNA&after=event_61
\`\`\`

- \`resume\` is the \`token\`. Whoever has it is the client of this session, so keep it secret.
- \`after\` is the \`event_id\` of the last event that the client has got, of whatever type. Without it, everything that the
  log holds comes again.

It is the same session then: the same stream, memory, settings and budgets. \`session.resumed\` comes first, then every
event of the log after \`after\`, each exactly once and in order, then what is new. The log is bounded (\`maxLogBytes\`,
\`maxLogAgeMs\`). Where it no longer holds what is asked for, \`session.gap\` comes in the place of what is gone.

- **Which losses a session survives**: a connection that breaks (1006), a page that is reloaded (1001), and a client that
  does not read or answers no pings (4410; the \`error\` event before it has \`fatal: false\`, and no \`session.closed\` comes).
  A client that closes its socket in any other way has left, and its session ends.
- **Events for one client alone** are not in the log, and do not come again: \`session.created\`, \`session.resumed\`,
  \`session.gap\`, \`session.stats\`, \`session.going_away\`, and an \`error\` about a message. Their ids have a point:
  \`event_62.3\` came before \`event_62\`. They can be given as \`after\` like all others.
- **What the client sent last** may not have come. Go on with the next picture. A question has come when
  \`response.created\` repeats its \`event_id\` as \`in_reply_to\`; ask it again when that is not among what follows.
- **The old socket need not be closed** for the server, which may find out late that a network is gone. The new socket takes
  over, and the old one is closed with 4409.
- **When it does not work**, because the token is wrong or the session has ended, an \`error\` with the code \`resume_failed\`
  comes and the socket is closed with 4440. Open a new session.
- **A session that ended while its client was away** can be resumed within the window, too. The client gets the rest, and
  \`session.closed\` at its end.
- **A full server** ends sessions that wait for their clients when somebody else needs a place, the one that waits longest
  first.

## A session under a name

A session gets an id such as \`session_3\`. A client that is there for good, such as a camera that sends its pictures
itself, can choose a name:

\`\`\`
/v1/stream?name=door
\`\`\`

It is the id of the session and of its stream: others watch it as \`?stream=door\`, and find it in \`/v1/streams\`. A name
begins with a letter or a digit and has up to 64 letters, digits, \`-\`, \`_\` and \`.\`.

- A name that another client's stream or a camera of the server has is refused with \`stream_exists\` and 4443.
- A client that comes again without \`resume\` gets its name back. Its old session ends when that waits for its client. When
  the server has not found out yet that the old connection is gone, the name is still taken: try again.
- On a server with tokens, the client needs the scope \`push\` for this stream. So a token that is for \`door\` alone can
  send video as \`door\`, and as nothing else.

## Watching a stream

Any number of clients can watch one stream, which sees and thinks once for all of them: a camera of the server, or the
session of another client, by its id.

\`\`\`
/v1/stream?stream=door
/v1/stream?stream=door&after=event_61
\`\`\`

The first event is \`session.created\` with \`role: "watch"\`. Then comes everything after \`after\` or, without it, everything
that the log still holds. Where its beginning is gone, \`session.gap\` comes first. Then come the events as they happen.

- On a server with tokens, whoever watches needs the scope \`watch\` for this stream, and \`ask\` to ask. A session is resumed
  with the same token that opened it, or with a ticket of that token.
- Whoever watches may ask. All see all questions and answers, because the log is one. \`in_reply_to\` and \`item_id\` are ids of
  the client that has asked, so make them unique.
- It may stop answers that it has asked for itself, and set \`stats_interval_ms\` for itself alone. Pictures and other settings
  are refused with \`not_yours\`.
- \`session.close\`, or closing the socket, ends the watching and never the stream. When the stream ends, \`session.closed\` comes
  and the socket is closed.
- A watcher whose connection was lost connects again with \`after\`. It needs no \`resume\`, and nothing is kept for it.
- It may be silent as long as it likes. At most \`maxWatchers\` clients watch at once. Together, those of one stream may ask
  \`maxQuestionsPerSecond\`, and each of them too.
- A stream that is not there is told with \`stream_not_found\` and 4404.
`;
