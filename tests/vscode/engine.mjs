// What of a scenario is in the engine that the tests run in.
import { request } from "node:http";

const SOCKET = "/var/run/docker.sock";

/** The containers of scenarios that have this text in their identity, also those that have ended. */
export function containers(scenario) {
  const filters = encodeURIComponent(JSON.stringify({ label: ["dev.clnrm.managed"] }));
  return new Promise((resolve, reject) => {
    const asked = request({ socketPath: SOCKET, path: `/containers/json?all=1&filters=${filters}` }, async (answer) => {
      let text = "";
      for await (const part of answer) text += part;
      const all = JSON.parse(text);
      resolve(all.filter(({ Labels }) => Labels["dev.clnrm.scenario"]?.includes(scenario)));
    });
    asked.on("error", reject);
    asked.end();
  });
}
