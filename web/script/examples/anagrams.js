// Anagrams

// Words with the same letters have the same key: their letters in order.
function map(key, value, emit) {
  for (const word of new Set(value.toLowerCase().match(/\p{Letter}{3,}/gu))) {
    const letters = [...word].sort().join("");
    emit(letters, word);
  }
}

// A word that stands alone has no anagram. Every key has a line in the output: that of such a word is empty.
function reduce(letters, words) {
  const different = [...new Set(words)].sort();
  if (different.length === 1) {
    return "";
  }
  count("anagrams");
  return different.join(" ");
}
