from contest import create_app


def create_contest():
    return create_app()
