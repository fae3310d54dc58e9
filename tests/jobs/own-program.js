// Every word's place on a spiral: Mathematics that a processor may round in its own way, and must not.
function map(key, value, emit) {
  for (const word of value.match(/\p{L}+/gu) ?? []) {
    const turn = word.length ** 1.7 + Math.log1p(value.length);
    emit(word.toLowerCase(), Math.sin(turn) * Math.exp(-turn / 9));
    count(word[0] === word[0].toUpperCase() ? "capital" : "small");
  }
}

function reduce(key, values) {
  const sum = values.map(Number).reduce((a, b) => a + b);
  return `${values.length} ${sum} ${Math.hypot(sum, Math.cbrt(key.length)).toFixed(12)} ${Math.atan2(sum, key.length)}`;
}

function partition(key, n) {
  return key.charCodeAt(0) % n;
}
