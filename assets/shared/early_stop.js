// Gradio's page cancels a run by the number in the answer to the request that began it. Where a run is stopped before that
// answer is there, the page sends no number, and the run would go on unseen. So the request to cancel waits for the number.
(() => {
  const request = window.fetch, numbers = new Map();
  window.fetch = async (address, options) => {
    const [, kind] = String(address).match(/\/(queue\/join|cancel)(?:\?|$)/) ?? [];
    const sent = kind && JSON.parse(options.body);
    if (kind === "cancel" && sent.event_id === null) {
      const event_id = await numbers.get(sent.fn_index);
      // What was refused has no number, and nothing to cancel.
      return event_id ? request(address, { ...options, body: JSON.stringify({ ...sent, event_id }) }) : Response.json({});
    }
    const answer = request(address, options), number = async () => (await (await answer).clone().json()).event_id;
    if (kind === "queue/join") numbers.set(sent.fn_index, number().catch(() => ""));
    return answer;
  };
})();
