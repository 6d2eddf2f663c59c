/** A row in the shape of the released training file, in our own words. */
export interface Asked {
  question?: string;
  options?: string;
  thinking?: "forward" | "reverse";
  opposite?: string;
  pasted?: string;
  answer?: string;
  video?: string;
}

export function trainingRow({
  question = "Take the view of the walker. What directions lead to your destination?",
  options = "A. left right, B. right right, C. straight",
  thinking = "reverse",
  opposite = "what directions lead back to the starting point?",
  pasted = "left, left",
  answer = "B",
  video = "/data/walks/one.mp4",
}: Asked = {}) {
  const problem = `${question} Options: ${options}\n\nInstructions: Return the letter.`;
  return {
    problem,
    solution: `<think>Let's start by thinking ${thinking} ${opposite}${pasted} And then think about it. Hence, the correct answer is ${answer}</think> <answer>${answer}</answer>`,
    video,
    original_question: problem,
    original_answer: answer,
  };
}
