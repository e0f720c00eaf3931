// The call that gives what a tab shows, as text in three languages. `address` is the server's own, without a slash at
// its end; `parameters` are [name, value] pairs, all of them and in their order.

// JSON is also a string of Python and of JavaScript. In a page, a script would end at a "</script>" within one.
const quoted = (value) => JSON.stringify(value).replace(/</g, "\\u003c");
const inShell = (text) => `'${text.replaceAll("'", "'\\''")}'`;
const calling = (address, endpoint) => `${address}/gradio_api/call/${endpoint}`;
const data = (parameters) => ({ data: parameters.map(([, value]) => value) });

function inPython(value) {
  if (value === null || value === undefined) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (Array.isArray(value)) return `[${value.map(inPython).join(", ")}]`;
  if (typeof value !== "object") return JSON.stringify(value);
  return `{${Object.entries(value).map(([key, each]) => `${JSON.stringify(key)}: ${inPython(each)}`).join(", ")}}`;
}

function pythonCall(address, endpoint, parameters) {
  return `# pip install gradio_client
from gradio_client import Client

client = Client(${JSON.stringify(`${address}/`)})
result = client.predict(
${parameters.map(([name, value]) => `    ${name}=${inPython(value)},\n`).join("")}    api_name="/${endpoint}",
)
print(result)
`;
}

// A here-document needs no quoting and may be longer than an argument.
function curlCall(address, endpoint, parameters) {
  return `call=${inShell(calling(address, endpoint))}

reply=$(curl -sS "$call" -H 'Content-Type: application/json' --data-binary @- <<'END'
${JSON.stringify(data(parameters))}
END
)
echo "$reply"
curl -sSN "$call/$(echo "$reply" | cut -d '"' -f 4)"
`;
}

function javascriptCall(address, endpoint, parameters) {
  return `const call = ${quoted(calling(address, endpoint))};
const body = ${quoted(data(parameters))};

async function ${endpoint}() {
  const headers = { "Content-Type": "application/json" };
  const asked = await fetch(call, { method: "POST", headers, body: JSON.stringify(body) });
  const reply = await asked.json();
  if (!asked.ok) throw new Error(reply.detail);
  const events = await (await fetch(\`\${call}/\${reply.event_id}\`)).text();
  const [, event, result] = events.trimEnd().match(/event: (.*)\\ndata: (.*)$/);
  if (event !== "complete") throw new Error(result);
  return JSON.parse(result)[0];
}

${endpoint}().then((result) => console.log(JSON.stringify(result, null, 2)));
`;
}

const scripts = (...call) => [pythonCall, curlCall, javascriptCall].map((write) => write(...call));
