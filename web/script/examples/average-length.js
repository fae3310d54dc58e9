// Average length of words by their first letter

// An average of averages is none: so a value is how many words there are and how many letters they have, "words letters".
function map(key, value, emit) {
  for (const word of value.toLowerCase().match(/[a-z]+/g) ?? []) {
    emit(word[0], `1 ${word.length}`);
  }
}

function add(values) {
  let words = 0;
  let letters = 0;
  for (const value of values) {
    const [some, long] = value.split(" ").map(Number);
    words += some;
    letters += long;
  }
  return { words, letters };
}

// Sums can be added up in any order and as often as one likes, so a worker may do it before anything travels.
function combine(letter, values) {
  const { words, letters } = add(values);
  return `${words} ${letters}`;
}

function reduce(letter, values) {
  const { words, letters } = add(values);
  count("words", words);
  return (letters / words).toFixed(3);
}

// The alphabet cut into n parts, so that the output of all partitions, one after the other, is in order.
function partition(letter, n) {
  const place = letter.charCodeAt(0) - "a".charCodeAt(0);
  return Math.floor((place * n) / 26);
}
