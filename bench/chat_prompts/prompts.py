"""The prompts of the bench, by kind, and what makes an answer right."""

import ast
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

Check = Callable[[str], bool]


@dataclass(frozen=True)
class Prompt:
    """What is said, one message a turn, and whether the last reply is right."""

    turns: tuple[str, ...]
    right: Check


def says(*patterns: str) -> Check:
    """All of these patterns stand in the reply, whatever the case."""
    return lambda reply: all(re.search(pattern, reply, re.IGNORECASE) for pattern in patterns)


def number(value: str) -> Check:
    """The last number in the reply is `value`, commas aside."""

    def right(reply: str) -> bool:
        found = re.findall(r"\d+(?:\.\d+)?", reply.replace(",", ""))
        return bool(found) and found[-1] == value

    return right


def only(pattern: str) -> Check:
    """The reply is nothing but this, quotation marks and a full stop aside."""
    return lambda reply: bool(re.fullmatch(pattern, reply.strip().strip("\"'.。"), re.IGNORECASE))


def lines(count: int) -> Check:
    """The reply has this many lines that are not blank."""
    return lambda reply: sum(bool(line.strip()) for line in reply.splitlines()) == count


def fenced(reply: str) -> str:
    """The code in the reply: what stands in its first fence, or all of it."""
    found = re.search(r"```\w*\n(.*?)```", reply, re.DOTALL)
    return found[1] if found else reply


def has_json(**expected: object) -> Check:
    """The reply is JSON with these values."""

    def right(reply: str) -> bool:
        try:
            found = json.loads(fenced(reply))
        except ValueError:
            return False
        return isinstance(found, dict) and all(found.get(key) == value for key, value in expected.items())

    return right


def defines(name: str, *patterns: str) -> Check:
    """The reply has Python that parses and defines the function `name`, with these patterns in it."""

    def right(reply: str) -> bool:
        code = fenced(reply)
        try:
            tree = ast.parse(code)
        except SyntaxError:
            return False
        names = [node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
        return name in names and all(re.search(pattern, code) for pattern in patterns)

    return right


def one(said: str, right: Check) -> Prompt:
    """A prompt of one turn."""
    return Prompt((said,), right)


PROMPTS: Mapping[str, tuple[Prompt, ...]] = {
    "facts": (
        one("What is the capital of Canada?", says("Ottawa")),
        one("Which planet is closest to the Sun?", says("Mercury")),
        one("Who wrote the play Hamlet?", says("Shakespeare")),
        one("What is the chemical formula of table salt?", says("NaCl")),
        one("How many legs does a spider have?", says(r"\b(8|eight)\b")),
        one("Which ocean lies between Africa and Australia?", says("Indian")),
        one("At how many degrees Celsius does water boil at sea level?", says("100")),
        one("In which year did the Second World War end?", says("1945")),
    ),
    "arithmetic": (
        one("What is 17 + 26?", number("43")),
        one("What is 9 times 8?", number("72")),
        one("A ticket costs 4 euros. How much do 6 tickets cost?", says(r"\b24\b")),
        one("I had 50 apples and gave 18 away. How many are left?", says(r"\b32\b")),
        one("What is half of 86?", number("43")),
        one("How many minutes are there in 3 hours?", says(r"\b180\b")),
    ),
    "instructions": (
        one("Reply with the single word: river", only("river")),
        one("Name three fruits, each on a line of its own, and write nothing else.", lines(3)),
        one("Write the word garden in capital letters, and nothing else.", only("GARDEN")),
        one("List the days of the weekend.", says("Saturday", "Sunday")),
        one("Is ice colder than steam? Answer only yes or no.", only("yes")),
        one("Put these words in alphabetical order: pear, apple, mango.", says(r"apple[\s\S]*mango[\s\S]*pear")),
    ),
    "two turns": (
        Prompt(("My name is Teresa.", "What is my name?"), says("Teresa")),
        Prompt(("My dog is called Biscuit and he is four years old.", "How old is my dog?"), says(r"\b(4|four)\b")),
        Prompt(("What is the capital of Italy?", "And of Spain?"), says("Madrid")),
        Prompt(("I am going to Norway in May.", "Which country did I say I would visit?"), says("Norway")),
    ),
    "translation": (
        one("Translate to French: Good morning, my friend.", says("Bonjour", "ami")),
        one("Translate to Spanish: The house is big.", says("casa", "grande")),
        one("Translate to German: I drink water.", says("trinke", "Wasser")),
        one("Translate to English: O gato dorme na cadeira.", says("cat", "sleep", "chair")),
    ),
    "code": (
        one(
            "Write a Python function double(x) that returns twice x.",
            defines("double", r"x\s*\*\s*2|2\s*\*\s*x|x\s*\+\s*x"),
        ),
        one("Write a Python function is_even(n).", defines("is_even", r"%\s*2|&\s*1")),
        one("Write a Python function that reverses a string. Call it reverse.", defines("reverse", "return")),
    ),
    "json": (
        one(
            'Give me JSON with the keys "name" and "age" for Anna, who is 31. Only JSON.', has_json(name="Anna", age=31)
        ),
        one(
            'Write a JSON object with the key "colours" and the list red, green. Only JSON.',
            has_json(colours=["red", "green"]),
        ),
        one('Answer only with JSON: {"capital": ...} for the capital of Japan.', has_json(capital="Tokyo")),
    ),
    "Chinese": (
        one("中国的首都是哪里？", says("北京")),
        one("一年有几个月？", says("12|十二")),
        one("把这句话翻译成英文：我喜欢喝茶。", says("tea", "like|love|enjoy")),
        one("《红楼梦》的作者是谁？", says("曹雪芹")),
        one("请用一个词回答：糖是甜的还是咸的？", says("甜")),
        one("三十加十五等于多少？", says("45|四十五")),
    ),
}
