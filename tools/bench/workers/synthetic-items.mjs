/** `count` items of `tokens` tokens each, as a tokenizer prepares them; the ids are those that encoder_step.py gives the peer. */
export function syntheticItems(count, tokens) {
  return {
    count,
    lengthOf: () => tokens,
    collate(rows) {
      const data = new Int32Array(rows.length * tokens);
      for (let row = 0; row < rows.length; row++) for (let position = 0; position < tokens; position++) data[row * tokens + position] = tokenId(rows[row] * tokens + position);
      return {
        tokenIds: { dtype: 'int32', shape: [rows.length, tokens], data },
        lengths: { dtype: 'int32', shape: [rows.length], data: new Int32Array(rows.length).fill(tokens) },
      };
    },
  };
}

/** Three thousand words of the vocabulary, spread evenly. */
function tokenId(position) {
  return 1000 + ((position * 7919) % 3000);
}
