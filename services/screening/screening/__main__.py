from screening.main import main

main()
