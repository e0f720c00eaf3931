"""How to read the Attention tab."""

EXPLANATION = """
To write a new version of a word, a layer mixes in the other words. How much of each is the *attention weight*:
`softmax(Q Kᵀ / √d)`. A row of the matrix is the word that looks; its weights sum to 1. A column is a word looked at.
Each layer has several heads, and each head looks in its own way.

- **Mean** and **largest of all** combine the heads of a layer. **Rollout** multiplies the layers' means, half of each
  passing by on the residual connection, so that it shows which words of the *input* a word is made of
  (Abnar and Zuidema 2020).
- **By norm** (Kobayashi et al. 2020): what is mixed in is the weight *times* the word's transformed value, and a large
  weight on a short value adds little. The switch shows the length of that product, each row scaled to sum to 1. The
  value is the head's own, its bias included, times the head's slice of the output projection.
- **Special tokens** such as `[CLS]` and `[SEP]` are where a head looks when it has nothing to do; in SmolLM2 that is
  the first token. Hidden, the rest of each row is scaled to sum to 1 again.
- **Whole words**: a word receives the sum of its pieces' weights, and looks as the mean of its pieces does.
- **Spread** is the entropy of a row in bits: 0 when all the weight is on one word.
- SmolLM2 reads left to right, so that nothing is above its diagonal, and three heads share each set of keys and values.
- **Compare** sets another head, or another text, beside this one. The difference A − B is green where A has more and
  purple where B has. Tokens pair up where the texts agree, and one by one where as many differ.
- **Flow** follows a word back through the layers to the input: the picture of a rollout.

- **Heads by what they do**: each head of the models that come with Glassbox, scored beforehand on texts and on random
  tokens that stand twice. A head that looks at what came after the same token before continues a repetition
  (induction, Olsson et al. 2022).
- **Switch off**: the model reads the text again without what you press, and its own result stands before and after. A
  head's slice of the input of the output projection becomes 0; a single look is taken out before the softmax, so that
  the rest of its row shares the weight. SmolLM2's next token is that of **Next word**: after the token that begins a
  text. **Rank all heads** switches off every head in turn.

Attention shows where a model looks, not why it answers as it does: Jain and Wallace 2019, Wiegreffe and Pinter 2019.
"""
