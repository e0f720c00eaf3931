"""The examples of the Translation tab: by its title a text, its language and the one it is translated to."""

LIST = """Packing list for the weekend:

  - two warm sweaters
  - the blue tent, and its pegs!
  - coffee

1. Lock the door. The key is under the stone.
2. Call Ana when you arrive."""
EXAMPLES = {
    "What attention does": ("The attention mechanism lets a model focus on the relevant words.", "en", "pt"),
    "A packing list": (LIST, "en", "pt"),
    "Uma manhã em Lisboa": (
        "Acordei cedo e fui a pé até ao rio. As ruas ainda estavam vazias, mas os cafés já cheiravam a pão quente.",
        "pt",
        "en",
    ),
    "Um recado": ("Não te esqueças de regar as plantas. Volto na segunda-feira! 🌱", "pt", "en"),
}
CHINESE = {
    "里斯本的清晨": ("我起得很早，走到河边。街上还空着，咖啡馆里已经飘出面包的香味。", "zh", "en"),
    "A packing list": (LIST, "en", "zh"),
}
