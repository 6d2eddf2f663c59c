"""What is read row by row: questions, clips, prompts, and the answers in replies."""
