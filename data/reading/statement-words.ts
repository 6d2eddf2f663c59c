// How an answer is put into words. All patterns are of folded text: small letters, plain punctuation.
import { any, NO, words } from "./patterns.ts";

const ADVERBS = String.raw`(?:\s+${any(
  "definitely|clearly|certainly|obviously|indeed|therefore|thus|hence|then|simply|actually|surely|most likely",
)})*`;
const IS = String.raw`${any("is|was|should be|would be|must be|will be|has to be")}${ADVERBS}`;
const MOST = "most (?:likely|accurate|appropriate|plausible|suitable|probable|reasonable|fitting|logical)";
const GOOD = any(
  "final|correct|right|best|only|proper|true|actual|accurate|appropriate|suitable|fitting|valid|chosen|selected",
  `overall|single|${MOST}`,
);
const NOUN = "answer|ans|choice|option|selection|response|solution|pick";
// Not "model-answer", but what stands behind a quote.
const BEGINS = "(?<![a-z0-9-]|[a-z]')";

const PLAIN_WORDS = String.raw`(?![a-z])(?:(?!${NO})[^.,;:!?\n]){0,160}?`;
/** Between a noun and its verb: "to this question", "that best describes the way", "I would give". */
const OF_WHAT = any(
  any(
    "here|based on|according to",
    "(?:to|for|in|of|from|among)(?= (?:the|this|that|these|your|my|our|all|question|q)(?![a-z]))" +
      "(?! \\w+ (?:previous|preceding|earlier|other|next|last)(?![a-z]))",
  ) + PLAIN_WORDS,
  String.raw`(?:that|which)(?:\s+(?:best|most|correctly|accurately|closely))*\s+` +
    any(
      "matches|fits|answers|describes|reflects|represents|completes|captures|shows|corresponds to|aligns with",
    ) +
    PLAIN_WORDS,
  "(?:that )?i(?:'d| would| will|'ll)? (?:give|choose|pick|select|go with)",
);
const EQUALS = String.raw`(?:\s+${IS}\s*[:=]?|\s*(?:[:=|]|[-–—]+(?=\s)|->|=>|→|⇒))`;

/** "The answer is …", "Final answer: …"; the choice follows. */
const ANSWER_IS = [
  String.raw`${BEGINS}(?:${GOOD}\s+(?:and\s+)?){0,4}(?:${NOUN}|(?<=(?:correct|right|best) )one)(?:\s+${OF_WHAT})?["')\]_]*${EQUALS}`,
  String.raw`${BEGINS}letter(?: is|\s*:)`,
  String.raw`(?<=^|\n)\s*ans\.(?=\s)`,
  // A heading.
  String.raw`(?<=^|\n)[\s#>_-]{0,9}(?:${GOOD}\s+){0,4}(?:${NOUN})[\s_]*:?[\s_]*\n`,
  String.raw`(?:正[确確]|最佳|最[终終]|最[后後]|最合[适適]|最可能)?的?(?:答案|[选選][项項]|[选選][择擇]|答|解)(?:[应應][该該]|[应應][当當]|[应應]|就|便)?(?:[是为為]|[选選](?![项項])[择擇]?)\s*:?`,
  String.raw`(?:正[确確]|最佳|最[终終])?的?(?:答案|[选選][项項]|答|解)\s*:|[【[]答案[】\]]\s*:?|正[确確]的是`,
  String.raw`(?:正解|正答|答え|回答|解答)(?:は|:)|(?:정답|답)(?:은|는)?\s*:?`,
  String.raw`(?<!\p{L})(?:(?:richtige|korrekte) )?(?:antwort|lösung)(?: ist|\s*:)(?:\s+(?:die|option))*`,
  String.raw`(?<!\p{L})(?:bonne )?réponse(?: (?:correcte|exacte))?(?: est|\s*:)(?:\s+(?:la|l'option))*`,
  String.raw`(?<!\p{L})(?:respuesta|resposta|risposta)(?: (?:correcta|correta|corretta|esatta|finale?))?(?: es| é| è|\s*:)(?:\s+(?:la|a))?`,
  String.raw`(?<!\p{L})(?:[Пп]равильный )?[Оо]твет\s*[:—-]`,
];

/** "I choose …"; the choice follows. */
const CHOOSING = [
  `${BEGINS}(?:i|we)(?: would| will| shall| must|'d|'ll)?(?: therefore| thus| now| confidently)? ` +
    any(
      "choose|chose|pick|picked|select|selected|go with|go for|opt for|vote for|settle on|answer(?: with)?:?|say",
    ),
  `${BEGINS}(?:i am|i'm) (?:going with|going for|choosing|picking|selecting)`,
  `${BEGINS}let(?:'s| us) (?:go with|choose|pick|select)`,
  String.raw`[選选](?![项項])(?:择|擇)?\s*:?`,
];

/** A sentence with little more than the choice, at the end … */
const SO = [
  String.raw`${BEGINS}(?:so|thus|therefore|hence|consequently|in conclusion|conclusion)[,:]?(?=\s)|∴`,
];
/** … and at the beginning. */
const IT_IS = [
  String.raw`^\s*(?:certainly|sure|of course|okay|ok|absolutely|yes)[!,.:]\s*`,
  String.raw`^\s*(?:i (?:think|believe|would say|'d say)(?: that)? )?(?:it is|it's|that is|that's|(?:it|that) (?:must|should|would|has to) be)(?=\s)`,
  String.raw`^\s*i (?:think|believe) `,
];
/** Said of a choice anywhere: too little to give it, enough to doubt another one. */
const PERHAPS_IT_IS = [
  String.raw`${BEGINS}(?:it|that|this)(?:'s| is| should be| must be| would be| has to be)(?: actually| rather| then)?(?=\s)`,
];

const either = (patterns: readonly string[]): RegExp => new RegExp(patterns.join("|"), "gu");

/**
 * What a statement begins with, by its rule; whether the choice may be an option's text alone ("it is right" is said of
 * many things), whether nothing may follow, and whether it gives no letter by itself.
 */
export const HEADS = [
  { rule: "answer-is", head: either(ANSWER_IS), byText: true, last: false, weak: false },
  { rule: "choosing", head: either(CHOOSING), byText: true, last: false, weak: false },
  { rule: "short-sentence", head: either(SO), byText: false, last: true, weak: false },
  { rule: "short-sentence", head: either(IT_IS), byText: false, last: false, weak: false },
  { rule: "short-sentence", head: either(PERHAPS_IT_IS), byText: false, last: false, weak: true },
] as const;

const ONE = String.raw`(?:\s+(?:${NOUN}|one|match|fit))`;

/** What is said of a choice before it: of any, of a letter, or of a letter that is named as an option. */
export const PREDICATES = [
  {
    of: "any",
    predicate: either([
      String.raw`\s+${IS}\s+(?:the )?(?:only )?correct${ONE}?`,
      String.raw`\s+${IS}\s+the (?:(?:only )?(?:right|best|true|proper|${MOST})${ONE}|(?:final )?answer)`,
      String.raw`[是为為]?(?:唯一)?(?:正[确確]|[对對])的?(?:答案|[选選][项項]|[选選][择擇])?(?![\p{L}\p{N}])`,
    ]),
  },
  {
    of: "letter",
    predicate: either([
      String.raw`\s+${IS}\s+(?:the )?best${ONE}?`,
      String.raw`\s+best (?:matches|describes|fits|represents|reflects|captures)(?![a-z])[^.,;!?\n]*`,
    ]),
  },
  // "B is right" may mean the side.
  { of: "named", predicate: either([String.raw`\s+${IS}\s+right`]) },
] as const;

/** A letter of a list, in front of the one that a predicate is said of: "A, B is right". */
export const LISTED = /(?:^|[,;、:]|\n)[\s"'(]*(?:options? |[选選][项項] ?)?([a-z])[\s"')]*[,、/&]\s*$/u;

/** A letter that is named as an option. */
export const NAMED = /^[\s"'([]*(?:the )?(?:option|choice|answer|letter|[选選][项項]|答案)/u;

/** What LaTeX puts into a box, in the text as it is written. */
export const BOXED =
  /\\{1,2}(?:boxed|fbox)\s?(?:\{((?:[^{}]|\{(?:[^{}]|\{[^{}]{0,300}\}){0,300}\}){0,300})\}|([A-Za-z])(?![A-Za-z]))/gu;
/** What may lead to a box. */
export const TO_THE_BOX = new RegExp(
  String.raw`(?:${any(
    "(?:(?:which|this|that|it) )?(?:corresponds to|matches|gives|yields|is)|giving|namely|i\\.e\\.,?",
    "(?:we|i) (?:get|have|obtain|find|choose|select|pick)",
  )}\s+)?(?:(?:the )?(?:option|choice|answer|letter)\s+)?[\s$([{\\"']*$`,
  "u",
);
/** What denies a box behind it, in its clause. */
export const DENIED = new RegExp(any(words("not|never|cannot|wrong|incorrect|false"), "n't|不是|错"), "u");
/** What makes a box one of several. */
export const JOINED = new RegExp(String.raw`${words("or|nor|neither|either")}[^\p{L}\p{N}]*$`, "u");

/** What begins a sentence that puts another letter in the place of one before. */
export const RATHER = new RegExp(
  String.raw`(?:${any("actually|or|i mean|i meant|sorry|no|nope|rather|make that|wait|hold on|hmm|oh|well|also|and|but|then|edit|update|correction")}[\s,.:!-]+)*`,
  "uy",
);
