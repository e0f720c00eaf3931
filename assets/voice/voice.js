// Reads texts aloud with a voice of this device and marks the current word. An online voice would receive the text.
function glassboxVoice() {
  const MARK = "read-aloud";
  let button = null;
  // The number of the current reading: late events of one that was stopped are ignored.
  let turn = 0;

  const unmark = () => globalThis.CSS?.highlights?.delete(MARK);
  function stop() {
    turn += 1;
    speechSynthesis.cancel();
    unmark();
    if (button) button.textContent = say("Read aloud");
    button = null;
  }

  // Some browsers load their voices only when first asked for them.
  async function voiceFor(language) {
    for (let look = 0; look < 20; look++) {
      const voices = speechSynthesis.getVoices();
      const fitting = voices.filter(({ localService, lang }) => localService && lang.toLowerCase().split(/[-_]/)[0] === language);
      if (voices.length) return fitting.find((voice) => voice.default) ?? fitting[0];
      await new Promise((soon) => setTimeout(soon, 50));
    }
  }

  function languageOf(text) {
    if (/[\u3040-\u30ff]/.test(text)) return "ja";
    return /[\u4e00-\u9fff]/.test(text) ? "zh" : "en";
  }

  const wordsOf = (node) => node.value ?? node.textContent;

  // In a text field the word is selected; elsewhere it is highlighted, which leaves the view's nodes unchanged.
  function mark(node, start, end) {
    if (node.value !== undefined) return node.setSelectionRange(start, end);
    const texts = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
    for (let before = 0; texts.nextNode(); before += texts.currentNode.length) {
      const { currentNode: text } = texts;
      if (start - before >= text.length) continue;
      const range = new Range();
      range.setStart(text, start - before);
      range.setEnd(text, Math.min(text.length, end - before));
      return globalThis.CSS?.highlights?.set(MARK, new Highlight(range));
    }
  }

  // With `last`, only the last of the nodes is read, such as the latest reply.
  const nodesAt = (selector, last) => [...document.querySelectorAll(selector)].filter((node) => wordsOf(node).trim()).slice(last ? -1 : 0);
  const text = (selector, last) => nodesAt(selector, last).map(wordsOf).join("\n");

  // Whether `pressed` was reading and should stop, which needs no request to the server.
  function stopped(pressed) {
    const reading = button === pressed;
    if (reading) stop();
    return reading;
  }

  async function read(pressed, selector, language, last) {
    if (stopped(pressed)) return;
    stop();
    const mine = turn;
    const nodes = nodesAt(selector, last);
    if (!nodes.length) return;
    const spoken = language || languageOf(wordsOf(nodes[0])), voice = await voiceFor(spoken);
    if (turn !== mine) return;
    if (!voice) {
      pressed.textContent = say("This device has no voice of its own for this language");
      return void setTimeout(() => (pressed.textContent = say("Read aloud")), 4000);
    }
    button = pressed;
    button.textContent = say("Stop reading");
    nodes.forEach((node, at) => {
      const words = wordsOf(node), utterance = new SpeechSynthesisUtterance(words);
      Object.assign(utterance, { voice, lang: voice.lang });
      utterance.onboundary = ({ charIndex, charLength }) => {
        const length = charLength || words.slice(charIndex).match(/^\S*/)[0].length;
        if (turn === mine) mark(node, charIndex, charIndex + length);
      };
      utterance.onend = () => turn === mine && at === nodes.length - 1 && stop();
      utterance.onerror = utterance.onend;
      speechSynthesis.speak(utterance);
    });
  }
  addEventListener("pagehide", stop);
  // A new run replaces the text being read: see demos/run_marks.py.
  const began = ({ attributeName }) => attributeName.startsWith("data-run") && document.body.getAttribute(attributeName) === "started";
  const leave = () => button && stop();
  new MutationObserver((changes) => changes.some(began) && leave()).observe(document.body, { attributes: true });
  return { read, stopped, leave, text };
}
