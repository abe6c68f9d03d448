"""Plain words for what happens: thoughts, questions, answers, and the tokenizer over them."""
