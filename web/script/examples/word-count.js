// Word count

// A word is a run of letters, of any alphabet, with apostrophes inside it.
const word = /\p{Letter}+(?:['’]\p{Letter}+)*/gu;

function map(key, value, emit) {
  for (const [found] of value.matchAll(word)) {
    emit(found.toLowerCase(), 1);
  }
}

// Many small numbers make a larger one, here or there: combine adds up on the worker that has mapped, so that fewer travel.
function combine(key, values) {
  return reduce(key, values);
}

function reduce(key, values) {
  return values.reduce((sum, value) => sum + Number(value), 0);
}
