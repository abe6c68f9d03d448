import type { z } from "zod";
import { alertRuleSchema } from "../alerts/mod.ts";
import { cameraSchema } from "../cameras/mod.ts";
import { historySchema } from "../history/mod.ts";
import { schemaFields } from "../protocol/mod.ts";
import { SINK_KINDS } from "../sinks/mod.ts";
import { configSchema } from "./config-schema.ts";

/** The whole text of docs/configuration.md. Its tables are made from the schema, so that the two always agree. */
export function configurationMarkdown(): string {
  const { server, limits } = configSchema.shape;
  return [
    INTRODUCTION,
    "## `cameras`\n",
    CAMERAS,
    table(cameraSchema),
    "\n## `alerts`\n",
    ALERTS,
    table(alertRuleSchema),
    "\n## `server`\n",
    "What the flags of `serve` say, too. A flag wins over the file.\n",
    table(server.unwrap().unwrap()),
    "\n## `history`\n",
    HISTORY,
    table(historySchema),
    "\n## `sinks`\n",
    SINKS,
    ...SINK_KINDS.flatMap((schema) => [`### \`type: ${schema.shape.type.value}\`\n`, table(schema), ""]),
    "## `limits`\n",
    LIMITS,
    table(limits.unwrap().unwrap()),
    "",
  ].join("\n");
}

function table(schema: z.ZodType): string {
  return [
    "| key | type | default | |",
    "|---|---|---|---|",
    ...schemaFields(schema).map(({ path, type, required, default: usual, description }) => {
      const otherwise = required
        ? "must be given"
        : usual === undefined
          ? ""
          : `\`${JSON.stringify(usual)}\``;
      return `| \`${path}\` | ${type} | ${otherwise} | ${description} |`;
    }),
  ].join("\n");
}

const INTRODUCTION = `# The config file

> Generated from src/config by \`npm run docs\`; do not edit.

\`thinkalong serve\` reads \`thinkalong.yaml\` in the folder in which it is started, if it is there. \`--config FILE\` names
another one. Every section may be left out. Flags win over the file.

\`\`\`yaml
cameras:
  door:
    url: rtsp://viewer:\${DOOR_PASSWORD}@door.local/live
    instructions: Tell me when somebody comes to the door.
  yard:
    url: http://yard.local/video.mjpg
    fps: 2
    mask: # the neighbour's window, as shares of the width and the height
      - [[0.7, 0.1], [0.9, 0.1], [0.9, 0.4], [0.7, 0.4]]
  garage:
    url: http://garage.local/snapshot.jpg
    interval: 2
    enabled: false
alerts:
  somebody-comes:
    when: a person enters from the left
    between: 22:00-06:00
    time_zone: Europe/Berlin
    cooldown: 1m
    streams: [door]
server:
  host: 0.0.0.0
  port: 8080
  allow_hosts: [cameras.example]
history:
  keep_days: 14
sinks:
  phone:
    type: webhook
    url: https://phone.example/hook
    secret_env: PHONE_SECRET
  record:
    type: jsonl
    path: /var/log/thinkalong/said.jsonl
    events: [alerts, thoughts, questions, answers]
    streams: [door]
limits:
  max_sessions: 32
  max_cameras: 16
\`\`\`

(\`instructions\` need a model that takes them: [Models](models.md).)

- **Secrets** need not stand in the file. \`\${NAME}\` in any text is replaced by the environment variable of that name. One
  that is not set is an error. \`$\${NAME}\` stays \`\${NAME}\`. Addresses of cameras are shown without names, passwords and
  queries.
- **Everything that is wrong** is said at once, each with its line and column:
  \`thinkalong.yaml:3:5: cameras.door: There is no key "intervall" here. Did you mean "interval"?\`
- **SIGHUP reads the file again**: \`kill -HUP PID\`. New cameras are opened, those that are gone are closed, changed ones are
  opened anew, and the others go on untouched. Alerts are taken in the same way, and sinks, too: what waits for one that was
  changed goes to the new one, and files are opened anew. A file with an error changes nothing. What stands under \`server\`,
  \`history\` and \`limits\` cannot change while the server runs; where it differs, that is said. Without a config file, and when its
  terminal was closed, SIGHUP ends the server.
- **Cameras and alerts that are made over the [HTTP API](http-api.md)** are never written into this file. They are kept in
  \`cameras.json\` and \`alerts.json\` in the folder that \`--state\` names (default: \`server\` in \`THINKALONG_HOME\`, else in
  \`~/.local/share/thinkalong\`). The first holds passwords, and their owner alone may read them. Each is replaced as a
  whole, so that a crash at any moment leaves a whole one. One that is broken is set aside, with a warning. Of two cameras
  or alerts with one name, the one in the config file or in \`--camera\` counts. Two servers cannot share such a folder.
`;

const CAMERAS = `Each camera has a name: a letter or digit, then up to 63 letters, digits, \`-\`, \`_\` and dots. It is the id of its
stream. \`--camera NAME=URL\` adds one, or takes the place of the one with this name.

A camera whose stream fails is opened again under its name, after a second at first and after half a minute at most. Its
events are numbered on, its media time goes on, and \`input.gap\` tells what was not seen.

The settings from \`paradigm\` on are those of \`session.update\` ([protocol](protocol.md)).
`;

const HISTORY = `What cameras see and think is kept in a file, so that one can [look back](history.md). This section says how
much, and for how long.
`;

const ALERTS = `Each alert has a name, which is told when it is raised: a letter or digit, then up to 63 letters, digits, \`-\`, \`_\` and
dots. [Alerts](alerts.md) says how to write one, and what the model can say.
`;

const SINKS = `Where events are sent ([how it works](sinks.md)). Each sink has a name: a letter or digit, then up to 63 letters, digits,
\`-\`, \`_\` and dots. Its \`type\` says what kind it is.
`;

const LIMITS = `A client that reaches a limit learns it from an event, a close code or an HTTP status.
`;
