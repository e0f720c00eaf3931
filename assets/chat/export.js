// Saves the conversation as a JSON file, made in the browser: nothing is sent to the server.
(conversation, system, max_new_tokens, temperature, top_p, model, branches) => {
  const parts = (content) => (typeof content === "string" ? content : content.map((part) => part.text).join(""));
  // What demos/plain.py escaped for the Chatbot.
  const text = (content) => parts(content).replace(/&(amp|lt);/g, (_, name) => ({ amp: "&", lt: "<" })[name]);
  const messages = (conversation || []).map((message) => ({ role: message.role, content: text(message.content) }));
  // A reply with branches has all of them; `at` is the token where one leaves its parent.
  for (const turn of branches?.turns || [])
    if (messages[turn.message])
      Object.assign(messages[turn.message], { branch: turn.chosen, branches: turn.branches.map(({ text, parent, at }) => ({ content: text, parent, at })) });
  const chat = { model, system, max_new_tokens, temperature, top_p, messages };
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([JSON.stringify(chat, null, 2)], { type: "application/json" }));
  link.download = "glassbox-chat.json";
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  return [];
}
