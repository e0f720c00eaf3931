"""`python -m bench --data DIR`: every measurement, one after another."""

import sys

from bench import attention_view, chat_quality, chat_speed, summary_quality, translation_quality

if __name__ == "__main__":
    summary_quality.main(sys.argv[1:])
    translation_quality.main(sys.argv[1:])
    chat_speed.main()
    chat_quality.main(sys.argv[1:])
    attention_view.main()
